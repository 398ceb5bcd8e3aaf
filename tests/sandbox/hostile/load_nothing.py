# expect: LoadFailed NameError
"""Has no function of that name."""
