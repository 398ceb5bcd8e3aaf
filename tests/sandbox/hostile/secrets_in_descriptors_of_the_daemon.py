# given: parent
# expect: Returned []
"""Opens what the daemon has open."""


def main_solution(parent):
    found = []
    for number in range(3, 64):
        try:
            with open(f"/proc/{parent}/fd/{number}", "rb") as file:
                found.append([number, len(file.read(10))])
        except OSError:
            pass
    return found
