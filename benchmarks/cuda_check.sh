#!/usr/bin/env bash
# Everything that needs a GPU, in one run of six to seven minutes: tests, timings, distance to the floor.
# Usage: [TESTS="paths of tests"] [ORDINARY=seconds for them] benchmarks/cuda_check.sh [folder for full logs]
cd "$(dirname "$0")/.." || exit 1
logs=${1:-$(mktemp -d)}
export PYTHONPATH=$PWD PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
section() { echo "=== $* [$(date +%T)]"; }

section "machine"
python3 -c 'import torch; print(torch.__version__, torch.cuda.get_device_name(), torch.backends.cudnn.version())'
python3 -c 'import triton; print("triton", triton.__version__)'

section "tests that need a GPU"
timeout 75 python3 -m pytest -m gpu -q -n 8 --timeout 60 tests >"$logs/gpu.log" 2>&1
grep -E "^(FAILED|ERROR|E  )|passed|failed" "$logs/gpu.log" | cut -c1-220 | tail -45

section "kernels of the LSTM"
timeout 75 python3 benchmarks/recurrent.py 2>&1 | tee "$logs/recurrent.log" | tail -28

section "fit against loops written by hand"
# One run for all rows, so that its processes start once.
timeout 110 python3 benchmarks/run.py --device cuda --turns 3 --longer 5 --peers tuned,usual --json "$logs/run.json" \
    --rows mlp,cnn,lstm,lstm_hard,tiny,embedding,resnet,masked_lstm,gru,bilstm,two_tower >"$logs/run.log" 2>&1
python3 benchmarks/run.py --read "$logs/run.json" 2>&1 | cut -c1-260

section "ordinary tests, computing on the GPU"
KERASTORCH_TEST_DEVICE=cuda timeout -s INT -k 10 "${ORDINARY:-110}" python3 -m pytest -q -n 15 --timeout 60 -m "not gpu" \
    ${TESTS:-tests} >"$logs/ordinary.log" 2>&1
grep -E "^(FAILED|ERROR)|passed|failed" "$logs/ordinary.log" | cut -c1-170 | tail -60

section "distance to the floor"
timeout 60 python3 benchmarks/floor.py --rows mlp,cnn,resnet,lstm,lstm_hard,tiny 2>&1 | tee "$logs/floor.log" | tail -52
timeout 20 python3 benchmarks/floor.py --rows mlp --precision high 2>&1 | tee "$logs/floor_tf32.log" | tail -9

section "where the host's time goes, tiny model"
timeout 20 python3 - 2>&1 <<'PY' | head -24
import cProfile, pstats
from benchmarks import floor, keras_loops, rows
import dataclasses, kerastorch
kerastorch.config.set_device("cuda")
row = dataclasses.replace(rows.select("tiny")[0], steps=2000)
peer = keras_loops.KerasScript(row, kerastorch)
peer.fit()
print("us a step:", 1e6 * floor.seconds(peer.fit, 3) / row.steps)
profile = cProfile.Profile()
profile.runcall(peer.fit)
pstats.Stats(profile).sort_stats("tottime").print_stats(18)
PY

section "done"
