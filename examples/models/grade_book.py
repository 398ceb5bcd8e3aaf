from statistics import mean
from typing import List, Tuple

LETTERS: List[Tuple[int, str]] = [(90, "A"), (80, "B"), (65, "C"), (50, "D")]


def course_grade(scores: List[int], drop_lowest: bool) -> str:
    """Return the letter grade for a course.

    Args:
        scores: points of each test; below 0 counts as 0, above 100 as 100.
        drop_lowest: leave the worst score out, if there is more than one.

    Returns:
        A, B, C, D or F for an average of at least 90, 80, 65, 50 or less, with a "+"
        if the last test was better than the average (never for an F).

    Raises:
        ValueError: if there are no scores.
    """
    if not scores:
        raise ValueError("no scores, no grade")
    points = [min(max(score, 0), 100) for score in scores]
    last = points[-1]
    if drop_lowest and len(points) > 1:
        points.remove(min(points))
    average = mean(points)
    letter = to_letter(average)
    if letter != "F" and last > average:
        letter += "+"
    return letter


def to_letter(average):
    for minimum, letter in LETTERS:
        if average >= minimum:
            return letter
    return "F"


if __name__ == "__main__":
    students = {"Ada": [95, 88, 100], "Brook": [40, 72, 81], "Cem": [30, 20, 55]}
    for name, marks in students.items():
        print(f"{name:6} {course_grade(marks, False):3} {course_grade(marks, True)}")
