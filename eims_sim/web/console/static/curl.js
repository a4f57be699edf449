// A request of the journal as a curl line, inert in a shell whatever was sent.

import { shellWord } from "./core.js";

export const MASKED = "***";

const COLUMNS = 100;
const ODD = /[\p{C}\p{Zl}\p{Zp}]/gu; // what a terminal may obey, and what nobody sees

/** The line, null for what no HTTP client sends. Masked values are `$EIMS_PASSWORD`, everything else is as sent. */
export function curlLine({ method, endpoint, parameters }, origin) {
  if (method === "UNKNOWN") return null;
  const url = shellWord(`${origin}/${encodeURI(endpoint).replaceAll("%25", "%")}`); // it is encoded already
  const words = ["curl", url];
  if (method === "POST") words.push("-H 'Content-Type: application/json'", `--data-binary ${body(parameters)}`);
  else {
    words[0] += { GET: " --get", HEAD: " --head --get" }[method] ?? ` -X ${shellWord(method)} --get`;
    words.push(...Object.entries(parameters).map(option));
  }
  return words.join(words.join(" ").length > COLUMNS ? " \\\n  " : " ").replace(" \\\n  ", " ");
}

/** A GET as one URL, to begin with: short, and right for a password that needs no encoding. */
export function urlLine(endpoint, parameters, origin) {
  const pairs = Object.entries(parameters).map(([name, value]) => (value === MASKED ? `${name}=$EIMS_PASSWORD` : String(new URLSearchParams({ [name]: value }))));
  return `curl "${origin}/${endpoint}?${pairs.join("&")}"`;
}

/** A parameter of a GET; curl takes its name as encoded already, and a shell would read a ! in double quotes. */
function option([name, value]) {
  const encoded = encodeURIComponent(name).replaceAll("!", "%21");
  if (value === MASKED) return `--data-urlencode "${encoded}=$EIMS_PASSWORD"`;
  if (value.search(ODD) >= 0) return `--data ${shellWord(`${encoded}=${encodeURIComponent(value)}`)}`;
  return `--data-urlencode ${shellWord(`${encoded}=${value}`)}`;
}

function body(parameters) {
  const members = Object.entries(parameters).map(([name, value]) => `${text(name)}:${value === MASKED ? `"'"$EIMS_PASSWORD"'"` : text(value)}`);
  return `'{${members.join(",")}}'`;
}

/** A text in JSON, between the quotes of a shell. */
function text(value) {
  const units = (odd) => Array.from({ length: odd.length }, (_, at) => `\\u${odd.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
  return JSON.stringify(value).replace(ODD, units).replaceAll("'", "'\\''");
}
