"""What the compiled loops stand on: a typed numba decorator, popcount, prefetch and a block comparison.

Nothing here knows an index.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Loop = TypeVar("Loop", bound=Callable[..., Any])
BLOCK = 32  # 16-bit values that are compared at once: 64 bytes, a line of the cache


def compiled(loop: Loop) -> Loop:
    """Compile `loop` on first use, without the interpreter lock; keep the machine code where the disk allows it."""
    try:
        made: Loop = njit(loop, nogil=True, cache=True)
    except RuntimeError:  # neither the package nor the user's cache folder can be written: compile in each process
        made = njit(loop, nogil=True)
    return made


def _popcount(typing: Any, word: Any) -> Any:
    """Count the set bits of a uint64 (one machine instruction)."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), emit


def _prefetch(typing: Any, array: Any, position: Any) -> Any:
    """Ask the processor to fetch `array[position, ...]` (along the first axis) into its cache, without waiting."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = builder.extract_value(view.strides, 0)
        start = builder.ptrtoint(view.data, stride.type)
        address = builder.inttoptr(builder.add(start, builder.mul(stride, arguments[1])), cgutils.voidptr_t)
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        builder.call(ask, [address, word(0), word(3), word(1)])  # to read, keep near, data cache
        return context.get_dummy_value()

    return types.void(array, types.int64), emit


def _agreeing(typing: Any, values: Any, place: Any, wanted: Any, allowed: Any) -> Any:
    """Tell in one bit each which of `values[place:place + BLOCK]` differ from `wanted` in at most `allowed` bits.

    `values` is uint16 and contiguous; the caller sees to it that BLOCK values are there, and `allowed` is not negative.
    """

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        vector, lane = ir.VectorType(ir.IntType(16), BLOCK), ir.IntType(16)

        def spread(number: Any) -> Any:
            one = builder.insert_element(ir.Constant(vector, ir.Undefined), builder.trunc(number, lane),
                                         ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), None))

        first = builder.bitcast(builder.gep(view.data, [arguments[1]]), vector.as_pointer())
        differing = builder.xor(builder.load(first, align=2), spread(arguments[2]))
        count = builder.module.declare_intrinsic(f"llvm.ctpop.v{BLOCK}i16", (), ir.FunctionType(vector, [vector]))
        near = builder.icmp_unsigned("<=", builder.call(count, [differing]), spread(arguments[3]))
        return builder.zext(builder.bitcast(near, ir.IntType(BLOCK)), ir.IntType(64))

    return types.uint64(values, types.int64, types.int64, types.int64), emit


agreeing: Any = intrinsic(_agreeing)
popcount: Any = intrinsic(_popcount)
prefetch: Any = intrinsic(_prefetch)
