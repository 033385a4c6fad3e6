"""How comparisons measure: each contender trains for some steps, one after the other, round after round."""
import json, os, pathlib, shutil, statistics, subprocess, tempfile

root = pathlib.Path(__file__).resolve().parents[1]
training = root / "bench" / "training"
port = 29600

# Without instructions for them bf16 products run one value at a time, and a round takes many minutes: `doctor` says so, and train.products: auto avoids them.
features = next((line.split() for line in open("/proc/cpuinfo") if line.startswith("flags")), [])
multiplies_bf16 = "avx512_bf16" in features or "amx_bf16" in features


def steps(job, settings, clone=root):
    """What a run tells of its steps, in their order; `clone` is a built clone of Colossus."""
    folder = tempfile.mkdtemp(prefix="colossus-bench-")
    try:
        command = [str(clone / "colossus"), "train", str(job), "--run", f"{folder}/run", "--format", "json"]
        for setting in settings:
            command += ["--set", setting]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == "step"]
    finally:
        shutil.rmtree(folder)


def colossus(*settings, figure="tokensPerSecond", clone=root):
    """Median over the steps behind the third."""
    return statistics.median(step[figure] for step in steps(training / "job.yaml", settings, clone) if step["step"] > 3)


def pytorch(ranks, threads, precision, *more):
    """Tokens a second."""
    global port
    port += 1
    command = ["/usr/bin/python3", str(training / "pytorch.py"), "--ranks", str(ranks), "--threads", str(threads), "--precision", precision, "--port", str(port), *more]
    # Debian's OpenBLAS does not know recent Xeons and falls back to a kernel of 2004: told what it has, it is 3 to 4 times faster.
    environment = dict(os.environ)
    if "avx512f" in features:
        environment.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.splitlines()[-1])["tokensPerSecond"]


def interleave(contenders, rounds):
    """What each contender measured in each round."""
    speeds = {name: [] for name in contenders}
    for index in range(rounds):
        for name, measure in contenders.items():
            speeds[name].append(measure())
            print(f"round {index + 1}: {name}: {speeds[name][-1]:.4g}", flush=True)
    return speeds


def medians(speeds):
    return {name: statistics.median(values) for name, values in speeds.items()}


def write(name, what, speeds, ratios, rounds, **more):
    """Writes bench/results/NAME.json."""
    median = medians(speeds)
    result = {
        "what": what,
        "speeds": {contender: {"min": min(v), "median": median[contender], "max": max(v)} for contender, v in speeds.items()},
        **more,
        "ratios": ratios,
        "rounds": rounds,
        "processor": next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
    }
    (root / "bench" / "results" / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(ratios, indent=2))
