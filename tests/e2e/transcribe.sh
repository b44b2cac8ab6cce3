# `transcribe`: formats, standard input, several files, what it refuses. The model is random: it is not the words that count.
. "$(dirname "$0")/lib/e2e.sh"

model=$golden/../whisper/multilingual-80
[ -d "$model" ] || skip "no $model"
if og transcribe "$model" /dev/null 2>&1 | grep -q 'built without'; then skip "built without libsndfile"; fi

# wav SECONDS RATE CHANNELS: a header of 44 bytes, then a saw of 16-bit samples
byte4() { printf "\\$(printf %03o $(($1 & 255)))\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 >> 16 & 255)))\\$(printf %03o $(($1 >> 24 & 255)))"; }
byte2() { printf "\\$(printf %03o $(($1 & 255)))\\$(printf %03o $(($1 >> 8 & 255)))"; }
samples() { head -c "$1" "$model/model.safetensors"; }
wav() {
    bytes=$(($1 * $2 * $3 * 2))
    printf RIFF; byte4 $((bytes + 36)); printf 'WAVEfmt '; byte4 16; byte2 1; byte2 "$3"; byte4 "$2"; byte4 $(($2 * $3 * 2)); byte2 $(($3 * 2)); byte2 16
    printf data; byte4 "$bytes"
    samples "$bytes"
}
wav 3 16000 1 >"$tmp/a.wav"
wav 2 8000 2 >"$tmp/b.wav"

exits 0 transcribe "$model" "$tmp/a.wav" -l en
ok "some text" test -s "$tmp/out"
cp "$tmp/out" "$tmp/plain"
exits 0 transcribe "$model" "$tmp/a.wav" -l en --threads 1 --cpu scalar
ok "other kernels, other threads: the same" cmp "$tmp/out" "$tmp/plain"
samples 96000 | og transcribe "$model" - -l en >"$tmp/out" 2>"$tmp/err"
ok "the same samples from standard input: the same" cmp "$tmp/out" "$tmp/plain"

mkdir "$tmp/texts"
exits 0 transcribe "$model" "$tmp/a.wav" "$tmp/b.wav" -o "$tmp/texts" -f srt -f vtt -f csv -f lrc -f tsv -f txt
ok "a file for each sound and format" test "$(ls "$tmp/texts" | wc -l)" -eq 12
ok "srt counts from 1 and has times" grep -qE '^00:00:0[0-9],[0-9]{3} --> 00:00:0[0-9],[0-9]{3}' "$tmp/texts/a.srt"
ok "vtt has its head" test "$(head -1 "$tmp/texts/a.vtt")" = WEBVTT
ok "tsv has its head" test "$(head -1 "$tmp/texts/a.tsv")" = "$(printf 'start\tend\ttext')"
exits 0 transcribe "$model" "$tmp/b.wav" --diarize -l de
prints '^(speaker [01])'
exits 0 transcribe "$model" "$tmp/a.wav" --temperature-step 0
exits 0 transcribe "$model" "$tmp/a.wav" --no-times --beams 2 --forget -p "a name"
if ! og transcribe "$model" "$tmp/a.wav" --json 2>&1 | grep -q 'without JSON'; then
    exits 0 transcribe "$model" "$tmp/a.wav" --json --words -l zh
    prints '"language":"zh"'
    prints '"words":\[{"word"'
fi

printf '' >"$tmp/empty.wav"
exits 1 transcribe "$model" "$tmp/empty.wav"
says 'is empty'
printf 'this is no sound, whatever its name says' >"$tmp/text.wav"
exits 1 transcribe "$model" "$tmp/text.wav"
says 'is no sound that can be read'
exits 1 transcribe "$model" "$tmp/none.wav"
says 'cannot be opened'
# A header that promises eight hours over three seconds of sound: what is there is heard.
{ printf RIFF; byte4 921600036; printf 'WAVEfmt '; byte4 16; byte2 1; byte2 1; byte4 16000; byte4 32000; byte2 2; byte2 16; printf data; byte4 921600000; samples 96000; } >"$tmp/lie.wav"
exits 0 transcribe "$model" "$tmp/lie.wav" -l en
ok "a header that lies: the sound that is there" cmp "$tmp/out" "$tmp/plain"
# 32-bit floats that are no numbers
{ printf RIFF; byte4 64036; printf 'WAVEfmt '; byte4 16; byte2 3; byte2 1; byte4 16000; byte4 64000; byte2 4; byte2 32; printf data; byte4 64000; head -c 64000 /dev/zero | tr '\000' '\377'; } >"$tmp/nan.wav"
exits 1 transcribe "$model" "$tmp/nan.wav"
says 'no numbers'
exits 1 transcribe "$golden/llama-gqa.gguf" "$tmp/a.wav"
says 'no architecture that hears'
exits 2 transcribe "$model" "$tmp/a.wav" -l xx
says "does not know the language 'xx'"
exits 2 transcribe "$model" "$tmp/a.wav" -f mp4
says 'there is no format "mp4"'
exits 2 transcribe "$model" "$tmp/a.wav" --diarize
says 'takes two'
exits 2 transcribe "$model" "$tmp/a.wav" -f srt -f txt
says 'several formats at once need a folder'
done_testing
