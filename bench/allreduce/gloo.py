"""Times the all-reduce of PyTorch's gloo among processes of this machine and prints one JSON line.

Usage: /usr/bin/python3 gloo.py [RANKS [ELEMENTS [REPETITIONS]]]
"""
import json
import os
import socket
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def measure(rank, ranks, elements, repetitions, port):
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(port)
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    data = torch.full((elements,), float(rank + 1))
    seconds = []
    for repetition in range(-2, repetitions):
        dist.barrier()
        start = time.perf_counter()
        dist.all_reduce(data)
        elapsed = time.perf_counter() - start
        if repetition >= 0:
            seconds.append(elapsed)
        if repetition == -2:
            assert data[-1].item() == ranks * (ranks + 1) / 2, "wrong sum"
        data.fill_(1.0)
    if rank == 0:
        seconds.sort()
        print(json.dumps({
            "contender": "gloo",
            "ranks": ranks,
            "elements": elements,
            "type": "Float32",
            "memory": "private",
            "runtime": f"PyTorch {torch.__version__}, Python {sys.version.split()[0]}",
            "seconds": seconds,
            "minimum": seconds[0],
            "median": seconds[len(seconds) // 2],
            "maximum": seconds[-1],
        }), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    ranks, elements, repetitions = numbers + [2, 124_000_000, 5][len(numbers):]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mp.spawn(measure, (ranks, elements, repetitions, port), nprocs=ranks)
