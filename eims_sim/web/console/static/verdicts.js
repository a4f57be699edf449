// What the gateway makes of a PUT, in the page's language. The control API says it in English: a page of another language knows each
// sentence by its beginning, and shows what it does not know as it is.

import { language, t } from "./core.js";

const SENTENCES = [
  ["delivered", "delivered"],
  ["not delivered: the account has no callback_url", "nowhere"],
  ["not delivered: no answer within {seconds} s", "late"],
  ["not delivered: nothing listens there; inside a container, localhost is the container itself, not the machine it runs on", "refused"],
  ["not delivered: TLS failed; callback_ca names the authority of a private certificate", "tls"],
  ["not delivered: the callback closed the connection without an answer", "closed"],
  ["not delivered: the callback's host name does not resolve", "unresolved"],
  ["not delivered: the callback could not be reached", "unreachable"],
  ["not delivered: the callback's host name was not resolved within {seconds} s", "unresolved-late"],
  ["not delivered: no connection within {seconds} s", "unconnected"],
  ["not delivered: what the callback answered is not HTTP/1.1", "not-http"],
  ["not delivered: the simulator has no more files to open; raise its limit (ulimit -n)", "files"],
  ["not delivered: the callback closed the connection in the middle of the TLS handshake", "tls-cut"],
  ["not delivered: TLS failed; the callback's certificate has expired, or is not valid yet", "tls-dates"],
  ["not delivered: TLS failed; the callback's certificate is for another host", "tls-host"],
  ["not delivered: TLS failed; the callback seems to speak plain HTTP, whose URL begins with http://", "tls-plain"],
  ["not delivered: TLS failed; the callback and the gateway found no common ground in the handshake", "tls-handshake"],
  ["not delivered: the callback's address is link-local; reports never go there", "link-local"],
  ["not delivered: the callback's host is not in callback_allow", "not-allowed"],
  ["not delivered: redirects are not followed", "redirect"],
  ["not delivered: the callback does not take PUT, which is what the gateway sends", "method"],
  ["not delivered: the callback asks for credentials, and the gateway has none to send", "credentials"],
  ["not delivered: only a 2xx answer counts", "status"],
  ["; attempt {attempt} of {most}: parked", "parked"],
  ["; attempt {attempt} of {most}: tried again in {seconds} s", "again"],
  ["; fault {fault}: ", "fault"],
  ["delayed", "fault-delayed"],
  [", ", "fault-and"],
  ["reports duplicate", "fault-duplicate"],
  ["reports shuffle", "fault-shuffle"],
  ["reports drop", "fault-drop"],
  ["reports unknown", "fault-unknown"],
].map(([sentence, key]) => [new RegExp(`^${sentence.replace(/\{(\w+)\}/g, "(?<$1>[\\d.e+-]+?)")}(?:(?=[;,]|$)|(?<=[:,] ))`), `verdict.${key}`]);

/** A verdict in the page's language. */
export function sayVerdict(verdict) {
  if (language === "en") return verdict;
  let [said, rest] = ["", verdict];
  for (;;) {
    const found = SENTENCES.map(([pattern, key]) => [pattern.exec(rest), key]).find(([match]) => match);
    if (!found) return said + rest;
    const [match, key] = found;
    said += t(key, match.groups);
    rest = rest.slice(match[0].length);
  }
}
