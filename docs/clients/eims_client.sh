#!/bin/sh
# A client of the EIMS SMS gateway, edition 1.0/1.1, for sh, curl, awk, od, and for md5 openssl, md5sum or md5; Linux and
# macOS. Source it, or run it:
#
#     EIMS_URL=http://127.0.0.1:20003 EIMS_ACCOUNT=demo EIMS_PASSWORD=demo123   # EIMS_KEY=demokey for an md5 password
#     . ./eims_client.sh
#     eims_sendsms 13800138000,10010 'Hello'
#
# Each function prints one line of JSON and returns 0; 1 when the gateway refuses; 3 when there is no answer to go by, and
# then nobody knows what became of a submit: the messages may have been accepted, and the gateway has nothing to recognize
# a second submit by: sent again they may go out, and be charged, twice. So nothing is tried again here. To be safe, write
# the submit down before it is sent, mark it "unknown" after a 3, and let a person, the balance, or a pushed report with
# an unknown id decide. What only reads, getbalance and getreport, may be called again as it is.
#
# Ids and numbers are strings in the JSON: both may have more digits than an integer of another program keeps, and a
# number may begin with + or 0. Try it: sh eims_client.sh balance | send NUMBERS CONTENT | report IDS | inbox, with the
# variables in the environment. Functions in ( ) run in a shell of their own and leave yours as it is.

# The account's own money and the money given to it.
eims_getbalance() (
  eims_call getbalance "$(eims_credentials eims_as_query)"
)

# Send a content to up to 10,000 numbers: NUMBERS CONTENT [NAME=VALUE ...], names being sender, sendtime
# (yyyyMMddHHmmss), smstype, mmstitle. `fail` is how many numbers were not accepted, `accepted` pairs of number and id of
# the others: look at both. Always by POST: a GET carries 100 numbers only, and its password ends up in the log files on
# the way.
eims_sendsms() (
  body=$(eims_credentials eims_as_json)$(eims_as_json numbers "$1")$(eims_as_json content "$2")
  shift 2
  for pair; do body=$body$(eims_as_json "${pair%%=*}" "${pair#*=}"); done
  eims_call sendsms "{${body#,}}"
)

# What became of messages: IDS, in calls of 200, because a getreport of more ids is refused with -7. State 0 is sent, 1
# not sent yet, 2 being sent, else a report code; sendtime is yyyyMMddHHmmss or "0". An id that was asked for and has no
# report is counted in `nofound`.
eims_getreport() (
  set -f # an id is no pattern of file names
  nofound=0 reports=
  for part in $(printf '%s\n' "$1" | tr ', ' '\n\n' | awk 'NF { printf "%s%s", !n ? "" : n % 200 ? "," : " ", $1; n++ }'); do
    answer=$(eims_call getreport "$(eims_credentials eims_as_query)$(eims_as_query ids "$part")") || {
      status=$?
      printf '%s\n' "$answer"
      return "$status"
    }
    nofound=$((nofound + ${answer%% *}))
    answer=${answer#* }
    reports=$reports${reports:+${answer:+,}}$answer
  done
  printf '{"nofound":%s,"reports":[%s]}\n' "$nofound" "$reports"
)

# Up to 50 messages from phones, none when no more wait. The gateway gives each away once: keep the line before you call
# again. Two messages with the same id are one that was told twice.
eims_getsms() (
  eims_call getsms "$(eims_credentials eims_as_query)"
)

# A seq for the next request: microseconds since 1970. So it grows from run to run, which a counter that starts at 1 does
# not. Define this anew after sourcing where a counter in a file shall give it. Where date knows no %N, perl knows more.
eims_next_seq() {
  eims_now=$(date +%s%N)
  case $eims_now in
    [1-9]?????????[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]) printf %s "${eims_now%???}" ;;
    *) perl -MTime::HiRes=time -e 'printf "%.0f", time * 1e6' ;;
  esac
}

# The parameters that say who asks: FUNCTION writes each of them.
eims_credentials() (
  "$1" account "$EIMS_ACCOUNT"
  if [ -z "${EIMS_KEY-}" ]; then
    "$1" password "$EIMS_PASSWORD"
  else
    seq=$(eims_next_seq) time=$(date +%s) # once: the digest and the parameters must say the same
    "$1" password "$(printf %s "$EIMS_ACCOUNT$EIMS_PASSWORD$seq$time$EIMS_KEY" | eims_md5)"
    "$1" seq "$seq"
    "$1" time "$time"
  fi
)

eims_md5() {
  if command -v openssl >/dev/null; then
    openssl md5 -r
  elif command -v md5sum >/dev/null; then
    md5sum
  else
    md5 # of macOS
  fi | cut -c1-32
}

# &NAME=VALUE with each byte of the value percent-encoded: it is right for every text, and short to write.
eims_as_query() {
  printf '&%s=%s' "$1" "$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g')"
}

# ,"NAME":"VALUE" as JSON.
eims_as_json() {
  printf ',"%s":' "$1"
  printf %s "$2" | od -An -v -tu1 | LC_ALL=C awk "$EIMS_QUOTE"'{ for (i = 1; i <= NF; i++) quoted = quoted quote($i) }
    END { printf "\"%s\"", quoted }'
}

# Call ENDPOINT with a QUERY or a JSON body, and print its answer as one line. Secrets go to curl by its standard input:
# the arguments of a program can be read by everyone on the machine. curl tries nothing again by itself: it would on a
# connection that it has used before, and here each call has its own.
eims_call() (
  endpoint=$1 sent=$2
  set -- -q --silent --show-error --include --max-time "${EIMS_TIMEOUT:-30}"
  if [ "$endpoint" = sendsms ]; then
    set -- "$@" -H 'Content-Type: application/json' -H Expect: --data-binary @- "${EIMS_URL%/}/sendsms"
  else
    sent="url = \"${EIMS_URL%/}/$endpoint?${sent#&}\""
    set -- "$@" --config -
  fi
  if answer=$(printf %s "$sent" | curl "$@" 2>&1); then
    printf '%s\n' "$answer" | LC_ALL=C awk -v endpoint="$endpoint" "$EIMS_QUOTE$EIMS_READ"
  else
    printf '{"error":"unanswered","status":null%s}\n' "$(eims_as_json reason "$(printf %s "$answer" | tail -n 1)")"
    return 3
  fi
)

# A byte as it stands in a JSON string.
EIMS_QUOTE='
function quote(byte) {
  if (byte == 34 || byte == 92) return "\\" sprintf("%c", byte)
  if (byte >= 32) return sprintf("%c", byte)
  if (byte == 8) return "\\b"
  if (byte == 9) return "\\t"
  if (byte == 10) return "\\n"
  if (byte == 12) return "\\f"
  if (byte == 13) return "\\r"
  return sprintf("\\u%04x", byte)
}
'

# Reads an answer with its headers. The JSON goes into value[path], each value as it is written, so that no digit is lost:
# value[".status"], value[".array.1.2"], and length_of[".array"].
EIMS_READ='
NR == 1 { http = $2; heading = 1; next }
heading {
  sub(/\r$/, "")
  if ($0 == "") heading = 0
  else if (tolower($0) ~ /^x-eims-sim-reason:/) { reason = substr($0, 19); gsub(/^ +| +$/, "", reason) }
  next
}
{ text = text $0 "\n" }

END {
  if (http != 200) fail(3, "unanswered", "null", "HTTP " http (reason == "" ? "" : "; " reason))
  at = 1
  if (text !~ /^[ \t\r\n]*[{]/) unread()
  read("")
  if (peek() != "") unread()
  status = integer(".status")
  if (status != 0) fail(1, "refused", status, reason)
  count = length_of[".array"]
  if (endpoint == "getbalance") {
    print "{\"balance\":" quoted(".balance") ",\"gift\":" quoted(".gift") "}"
    exit
  }
  if (count == "") unread()
  for (row = 1; row <= count; row++) line = line (row == 1 ? "" : ",") one(".array." row ".")
  if (endpoint == "sendsms") print "{\"fail\":" integer(".fail") ",\"accepted\":[" line "]}"
  if (endpoint == "getreport") print integer(".nofound") " " line
  if (endpoint == "getsms") print "{\"messages\":[" line "]}"
}

function one(row) {
  if (endpoint == "sendsms") return "[" quoted(row 1) "," quoted(row 2) "]"
  if (endpoint == "getreport")
    return "{\"id\":" quoted(row 1) ",\"number\":" quoted(row 2) ",\"sendtime\":" quoted(row 3) ",\"state\":" integer(row 4) "}"
  return "{\"id\":" quoted(row 1) ",\"sender\":" quoted(row 2) ",\"to\":" quoted(row 3) ",\"time\":" quoted(row 4) \
    ",\"content\":\"" decoded(quoted(row 5)) "\"}"
}

function fail(code, error, status, why,    i, said) {
  for (i = 1; i <= length(why); i++) said = said (substr(why, i, 1) ~ /["\\]/ ? "\\" : "") substr(why, i, 1)
  print "{\"error\":\"" error "\",\"status\":" status ",\"reason\":" (why == "" ? "null" : "\"" said "\"") "}"
  exit code
}

function unread() { fail(3, "unanswered", "null", "the answer cannot be read") }

function quoted(path) {
  if (value[path] ~ /^"/) return value[path]
  if (value[path] !~ /^-?[0-9]/) unread()
  return "\"" value[path] "\""
}

function integer(path,    digits) {
  digits = quoted(path)
  gsub(/"/, "", digits)
  if (digits !~ /^-?[0-9]+$/) unread()
  return digits
}

function decoded(base64,    i, place, bits, over, kept, said) {
  gsub(/["\\]/, "", base64)
  for (i = 1; i <= length(base64); i++) {
    place = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(base64, i, 1))
    if (!place) break
    kept = kept * 64 + place - 1
    bits += 6
    if (bits >= 8) {
      bits -= 8
      over = bits == 4 ? 16 : bits == 2 ? 4 : 1
      said = said quote(int(kept / over))
      kept = kept % over
    }
  }
  return said
}

function peek() {
  while (at <= length(text) && index(" \t\r\n", substr(text, at, 1))) at++
  return substr(text, at, 1)
}

function take(expected) {
  if (peek() != expected) unread()
  at++
}

function token(    start, c) {
  start = at
  if (substr(text, at, 1) == "\"") {
    while ((c = substr(text, ++at, 1)) != "\"") {
      if (c == "") unread()
      if (c == "\\") at++
    }
    at++
  } else while ((c = substr(text, at, 1)) != "" && !index("{}[],:\" \t\r\n", c)) at++
  if (at == start) unread()
  return substr(text, start, at - start)
}

function read(path,    c, name, count, close_) {
  c = peek()
  if (c != "{" && c != "[") { value[path] = token(); return }
  at++
  close_ = c == "{" ? "}" : "]"
  if (peek() == close_) at++
  else for (;;) {
    count++
    name = count
    if (c == "{") {
      peek()
      name = token()
      gsub(/"/, "", name)
      take(":")
    }
    read(path "." name)
    if (peek() == close_) { at++; break }
    take(",")
  }
  length_of[path] = count + 0
}
'

# Each line is printed before the next is fetched, so that none is lost, until one brings nothing new.
eims_inbox() (
  last=
  while messages=$(eims_getsms); do
    if [ "$messages" = "$last" ]; then messages='{"messages":[]}'; fi
    printf '%s\n' "$messages"
    if [ "$messages" = '{"messages":[]}' ]; then return 0; fi
    last=$messages
  done
  status=$?
  printf '%s\n' "$messages"
  return "$status"
)

eims_main() {
  case $#:${1-}:${EIMS_URL:+1}${EIMS_ACCOUNT:+1}${EIMS_PASSWORD:+1} in
    1:balance:111) eims_getbalance ;;
    3:send:111) eims_sendsms "$2" "$3" ;;
    2:report:111) eims_getreport "$2" ;;
    1:inbox:111) eims_inbox ;;
    *)
      echo 'usage: eims_client.sh balance | send NUMBERS CONTENT | report IDS | inbox' >&2
      echo 'set EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD; EIMS_KEY for md5; EIMS_TIMEOUT in seconds' >&2
      return 2
      ;;
  esac
}

case ${0##*/} in eims_client.sh) eims_main "$@" ;; esac
