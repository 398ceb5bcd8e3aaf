"""One queue, several counters: how long do customers wait?"""
import heapq


def simulate_queue(arrivals: list[int], service_minutes: list[int], counters: int) -> dict:
    """Simulate a shop with one waiting line in front of several counters.

    Customers are served in order of arrival by the counter that is free first. The
    i-th number of both lists belongs to one customer; customers without a service
    time (the list is shorter) need 3 minutes, and nobody needs less than 1.
    Returns the longest and the average wait in minutes, and when the last one leaves.
    """
    if counters < 1:
        raise ValueError("somebody has to serve")
    customers = sorted(
        (arrival, max(1, service_minutes[i]) if i < len(service_minutes) else 3)
        for i, arrival in enumerate(arrivals)
    )
    if not customers:
        return {"longest_wait": 0, "average_wait": 0.0, "closing_time": None}
    waits = []
    busy_until = []  # a heap with the times at which the occupied counters become free
    closing_time = customers[0][0]
    for arrival, minutes in customers:
        if len(busy_until) < counters:
            start = arrival
        else:
            start = max(arrival, heapq.heappop(busy_until))
        heapq.heappush(busy_until, start + minutes)
        waits.append(start - arrival)
        closing_time = max(closing_time, start + minutes)
    return {
        "longest_wait": max(waits),
        "average_wait": round(sum(waits) / len(waits), 2),
        "closing_time": closing_time,
    }
