// Places of a selection as ranges [first, last], sorted and apart: all of two million are one range, an exception splits it.

export function added(ranges, low, high) {
  const apart = [];
  for (const [a, b] of ranges) {
    if (b < low - 1 || a > high + 1) apart.push([a, b]);
    else [low, high] = [Math.min(a, low), Math.max(b, high)];
  }
  apart.push([low, high]);
  return apart.sort((x, y) => x[0] - y[0]);
}

export function removed(ranges, low, high) {
  const left = [];
  for (const [a, b] of ranges) {
    if (a < low) left.push([a, Math.min(b, low - 1)]);
    if (b > high) left.push([Math.max(a, high + 1), b]);
  }
  return left;
}

export function holds(ranges, at) {
  return ranges.some(([a, b]) => a <= at && at <= b);
}

export function count(ranges) {
  return ranges.reduce((sum, [a, b]) => sum + b - a + 1, 0);
}
