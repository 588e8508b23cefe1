#!/bin/bash
# SPDX-License-Identifier: MIT
# One sweep as a job array: sbatch slurm.sh LIST [FLAG...]
#SBATCH --job-name=mxsweep
#SBATCH --array=1-4
#SBATCH --cpus-per-task=1
#SBATCH --output=mxsweep-%a.log
# A minute before the time limit, so that open conversations can end.
#SBATCH --signal=B:INT@60
set -eu

list=$1
shift
# It replaces the shell, and so gets the signal.
exec mxsweep scan "$list" --shard slurm -o "records-$SLURM_ARRAY_TASK_ID.jsonl" \
  --summary "summary-$SLURM_ARRAY_TASK_ID.json" "$@"
