#!/bin/sh
# Ten minutes on a machine with an NVIDIA GPU and some ten cores: the decoder, then the model at 128 x 128, then at all
# sizes with a finish, then a packed model with its scores and its contact sheet, under FOLDER.
#   sh tools/tiny_model/on_gpu.sh FOLDER [MODEL TO BEGIN WITH]
# Each phase ends by the clock and can be resumed by its own line; a core must be left for the training itself.
set -eu
folder=$1
workers=$(( $(nproc) - 2 ))
export OMP_NUM_THREADS=1
tiny="python -m tools.tiny_model --folder $folder"
if [ -n "${2:-}" ] && [ ! -e "$folder/train.pt" ]; then $tiny unpack "$2" --step 10000; fi
timeout 100 $tiny decoder --steps 6000 --crops 64 --workers "$workers" --device cuda || test $? -eq 124
timeout 150 $tiny train --batch 512 --workers "$workers" --device cuda --sizes small || test $? -eq 124
timeout 120 $tiny train --batch 512 --workers "$workers" --device cuda --sizes large || test $? -eq 124
$tiny train --batch 512 --workers "$workers" --device cuda --sizes large --finish 1.5
$tiny export "$folder/packed"
$tiny sheet "$folder/packed" "$folder/sheet.webp"
$tiny score "$folder/packed" --count 60 --size 256 256 --write
