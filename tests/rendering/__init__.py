"""Tables with known values, written as tills write them, whole or damaged.

    plan ─ sales ─> values that are known
         ─ shapes, amounts, clocks ─> columns of text, and the mapping an operator would write
         ─ writing, surroundings ─> lines with quotes and delimiters, and what stands around them
         ─ damages ─> lines and bytes that are not what they should be
    bytes ─ the parser ─> a Reading ─ judging ─> what is wrong with it: nothing, ever

`switches` is the one table of all that can be varied, and of what is switched off and why.
"""
