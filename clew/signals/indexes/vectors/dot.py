"""The inner product of bytes with 16-bit numbers, 32 at a time: one multiply-and-add instruction where the processor has it.

Nothing here knows an index. Lengths are multiples of LANES; the caller sees to it that no sum passes 31 bits.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clew.signals.indexes.compiled import compiled

LANES = 32
_WORD, _HALF = ir.IntType(32), LANES // 2


def _dot(typing: Any, rows: Any, row: Any, queries: Any, query: Any, size: Any) -> Any:
    """Return the inner product of `rows[row]` (int8) and `queries[query]` (int16), both contiguous and `size` long."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def start(which: int) -> Any:
            view = context.make_array(signature.args[which])(context, builder, arguments[which])
            return builder.gep(view.data, [builder.mul(arguments[which + 1], arguments[4])])

        def lanes(first: Any, place: Any, bits: int) -> Any:
            kind = ir.VectorType(ir.IntType(bits), LANES)
            held = builder.load(builder.bitcast(builder.gep(first, [place]), kind.as_pointer()), align=bits // 8)
            return builder.sext(held, ir.VectorType(_WORD, LANES))

        def every_other(values: Any, offset: int) -> Any:
            places = [ir.Constant(_WORD, 2 * n + offset) for n in range(_HALF)]
            nothing = ir.Constant(values.type, ir.Undefined)
            return builder.shuffle_vector(values, nothing, ir.Constant(ir.VectorType(_WORD, _HALF), places))

        first, second = start(0), start(2)
        sums = ir.VectorType(_WORD, _HALF)
        total = cgutils.alloca_once_value(builder, ir.Constant(sums, None))  # type: ignore[no-untyped-call]
        step = ir.Constant(ir.IntType(64), LANES)
        with cgutils.for_range(builder, builder.udiv(arguments[4], step)) as loop:
            place = builder.mul(loop.index, step)
            products = builder.mul(lanes(first, place, 8), lanes(second, place, 16))
            pairs = builder.add(every_other(products, 0), every_other(products, 1))
            builder.store(builder.add(builder.load(total), pairs), total)
        reduce = builder.module.declare_intrinsic(f"llvm.vector.reduce.add.v{_HALF}i32", (), ir.FunctionType(_WORD, [sums]))
        return builder.sext(builder.call(reduce, [builder.load(total)]), ir.IntType(64))

    return types.int64(rows, types.int64, queries, types.int64, types.int64), emit


dot: Any = intrinsic(_dot)


@compiled
def highest(coarse: Any, scales: Any, queries: Any, steps: Any, best: Any) -> None:
    """Write into `best` the highest product of each row (int8 times its scale) with a query (int16 times its step)."""
    size = coarse.shape[1]
    for row in range(len(coarse)):
        most = np.float32(-np.inf)
        for query in range(len(queries)):
            most = max(most, np.float32(dot(coarse, row, queries, query, size)) * steps[query])
        best[row] = most * scales[row]
