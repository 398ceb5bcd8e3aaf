# expect: LoadFailed TypeError
"""Names a number like the function that is called."""

main_solution = 7
