"""Round-robin scheduling on one processor."""
from collections import deque


def finish_times(bursts: list[int], quantum: int) -> list[int]:
    """Return the tick at which each job finishes when jobs take turns of `quantum` ticks.

    Parameters
    ----------
    bursts : processor time that each job needs; jobs that need none finish at tick 0
    quantum : longest time a job may run before the next one gets its turn, at least 1

    All jobs arrive at tick 0, in the order of the list, and a switch costs nothing.
    """
    if quantum < 1:
        raise ValueError("the quantum must be at least one tick")
    finished = [0] * len(bursts)
    ready = deque((job, need) for job, need in enumerate(bursts) if need > 0)
    clock = 0
    while ready:
        job, need = ready.popleft()
        ran = min(need, quantum)
        clock += ran
        if need > ran:
            ready.append((job, need - ran))
        else:
            finished[job] = clock
    return finished


def mean_turnaround(bursts, quantum):
    times = finish_times(bursts, quantum)
    return sum(times) / len(times) if times else 0.0


if __name__ == "__main__":
    jobs = [24, 3, 3, 12]
    for q in (1, 2, 4, 8, 100):
        print(f"quantum {q:3}: {finish_times(jobs, q)}  mean {mean_turnaround(jobs, q):.2f}")
