import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A client of the EIMS SMS gateway, edition 1.0/1.1, for Java 11 or newer, without any library: copy this file into
 * your project.
 *
 * <pre>
 * var gateway = new EimsClient("http://127.0.0.1:20003", "demo", "demo123", "", Duration.ofSeconds(30));
 * Sent sent = gateway.sendsms(List.of("13800138000"), "Hello");     // the fourth is the key, for an md5 password
 * Reports reports = gateway.getreport(List.of(sent.accepted.get(0).id));
 * </pre>
 *
 * A client may be shared by threads. Ids and numbers are strings: both may have more digits than an integer of another
 * program keeps, and a number may begin with + or 0. Try it: java EimsClient.java balance | send NUMBERS CONTENT |
 * report IDS | inbox, with EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD and, for md5, EIMS_KEY in the environment.
 */
public class EimsClient {
    /** A getreport of more ids is refused with -7. */
    private static final int IDS_A_CALL = 200;

    /** Static, so that all clients of a program share it. */
    private static final AtomicLong LAST_SEQ = new AtomicLong();

    private final String url;
    private final String account;
    private final String password;
    private final String key;
    private final Duration timeout;
    private final HttpClient http;

    /** With a key the md5 password is sent, with an empty one the plain password. */
    public EimsClient(String url, String account, String password, String key, Duration timeout) {
        this.url = URI.create(url).toString().replaceAll("/+$", "");
        this.account = account;
        this.password = password;
        this.key = key;
        this.timeout = timeout;
        // HTTP/1.1, because by default each request offers an upgrade to HTTP/2, which not every server understands.
        // A redirect is no answer, and is not followed.
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
    }

    /** The account's own money and the money given to it. */
    public Balance getbalance() throws EimsException {
        return get("getbalance", Map.of(), answer -> new Balance(text(answer.get("balance")), text(answer.get("gift"))));
    }

    /** Send a content to up to 10,000 numbers. */
    public Sent sendsms(List<String> numbers, String content) throws EimsException {
        return sendsms(numbers, content, Map.of());
    }

    /**
     * Send a content to up to 10,000 numbers; more: sender, sendtime (yyyyMMddHHmmss), smstype, mmstitle.
     *
     * Always by POST: a GET carries 100 numbers only, its password ends up in the log files on the way, and HttpClient
     * sends a GET again by itself when a connection that it kept turns out to be closed.
     */
    public Sent sendsms(List<String> numbers, String content, Map<String, String> more) throws EimsException {
        Map<String, Object> parameters = credentials();
        parameters.put("numbers", String.join(",", numbers));
        parameters.put("content", content);
        parameters.putAll(more);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/sendsms"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(parameters), StandardCharsets.UTF_8));
        return call("sendsms", request, answer -> {
            List<Accepted> accepted = new ArrayList<>();
            for (List<?> row : rows(answer)) {
                accepted.add(new Accepted(text(row.get(0)), text(row.get(1))));
            }
            return new Sent(Integer.parseInt(text(answer.get("fail"))), accepted);
        });
    }

    /** What became of messages, in as many calls as that takes. */
    public Reports getreport(List<String> ids) throws EimsException {
        int nofound = 0;
        List<Report> reports = new ArrayList<>();
        for (int start = 0; start < ids.size(); start += IDS_A_CALL) {
            String part = String.join(",", ids.subList(start, Math.min(start + IDS_A_CALL, ids.size())));
            Reports some = get("getreport", Map.of("ids", part), answer -> {
                List<Report> found = new ArrayList<>();
                for (List<?> row : rows(answer)) {
                    int state = Integer.parseInt(text(row.get(3)));
                    found.add(new Report(text(row.get(0)), text(row.get(1)), text(row.get(2)), state));
                }
                return new Reports(Integer.parseInt(text(answer.get("nofound"))), found);
            });
            nofound += some.nofound;
            reports.addAll(some.reports);
        }
        return new Reports(nofound, reports);
    }

    /**
     * Up to 50 messages from phones, none when no more wait. The gateway gives each away once: keep them before you
     * call again.
     */
    public List<Inbound> getsms() throws EimsException {
        return get("getsms", Map.of(), answer -> {
            List<Inbound> messages = new ArrayList<>();
            for (List<?> row : rows(answer)) {
                // Bytes that are no UTF-8 are replaced: a broken message must not cost the 49 others.
                String content = new String(Base64.getDecoder().decode(text(row.get(4))), StandardCharsets.UTF_8);
                messages.add(new Inbound(text(row.get(0)), text(row.get(1)), text(row.get(2)), text(row.get(3)), content));
            }
            return messages;
        });
    }

    /**
     * A seq for the next request: microseconds since 1970, and always greater than the last.
     *
     * So it grows from thread to thread, over restarts, and, on one clock, from process to process, which a counter in
     * memory that starts at 1 does not. Override this where a counter in your database shall give it.
     */
    protected long nextSeq() {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        return LAST_SEQ.updateAndGet(last -> Math.max(last + 1, now));
    }

    /** Why there is no result: the status is the gateway's, the reason what it or the simulator told; both may be null. */
    public abstract static class EimsException extends Exception {
        public final Integer status;
        public final String reason;

        EimsException(Integer status, String reason, Throwable cause) {
            super(status == null ? reason : "status " + status + ": " + reason, cause);
            this.status = status;
            this.reason = reason;
        }
    }

    /** The gateway said no. Of a submit nothing was sent and nothing charged: it may be mended and sent again. */
    public static final class Refused extends EimsException {
        Refused(int status, String reason) {
            super(status, reason, null);
        }
    }

    /**
     * There is no answer to go by: a time-out, a broken connection, an HTTP error, or no JSON.
     *
     * After a submit nobody knows whether the messages were accepted, and the gateway has nothing to recognize a second
     * submit by: sent again they may go out, and be charged, twice. So nothing is tried again here. To be safe, write
     * the submit down before it is sent, mark it "unknown" now, and let a person, the balance, or a pushed report with
     * an unknown id decide. What only reads, getbalance and getreport, may be called again as it is.
     */
    public static final class Unanswered extends EimsException {
        Unanswered(String reason, Throwable cause) {
            super(null, reason, cause);
        }
    }

    /** Money is text, with all its decimals: BigDecimal reads it, a double would round it. */
    public static final class Balance {
        public final String balance;
        public final String gift;

        Balance(String balance, String gift) {
            this.balance = balance;
            this.gift = gift;
        }
    }

    /** An accepted number and the id of its message. */
    public static final class Accepted {
        public final String number;
        public final String id;

        Accepted(String number, String id) {
            this.number = number;
            this.id = id;
        }
    }

    /** What was accepted, in the order given, and how many numbers were not: look at both. */
    public static final class Sent {
        public final int fail;
        public final List<Accepted> accepted;

        Sent(int fail, List<Accepted> accepted) {
            this.fail = fail;
            this.accepted = accepted;
        }
    }

    /** State 0 is sent, 1 not sent yet, 2 being sent, else a report code; sendtime is yyyyMMddHHmmss or "0". */
    public static final class Report {
        public final String id;
        public final String number;
        public final String sendtime;
        public final int state;

        Report(String id, String number, String sendtime, int state) {
            this.id = id;
            this.number = number;
            this.sendtime = sendtime;
            this.state = state;
        }
    }

    /** What is known of the messages; an id that was asked for and has no report is counted in nofound. */
    public static final class Reports {
        public final int nofound;
        public final List<Report> reports;

        Reports(int nofound, List<Report> reports) {
            this.nofound = nofound;
            this.reports = reports;
        }
    }

    /** A message from a phone; two with the same id are one message that was told twice. time is yyyyMMddHHmmss. */
    public static final class Inbound {
        public final String id;
        public final String sender;
        public final String to;
        public final String time;
        public final String content;

        Inbound(String id, String sender, String to, String time, String content) {
            this.id = id;
            this.sender = sender;
            this.to = to;
            this.time = time;
            this.content = content;
        }
    }

    private Map<String, Object> credentials() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("account", account);
        parameters.put("password", password);
        if (!key.isEmpty()) {
            // Once: the digest and the parameters must say the same.
            long seq = nextSeq();
            long time = Instant.now().getEpochSecond();
            parameters.put("password", md5(account + password + seq + time + key));
            parameters.put("seq", seq);
            parameters.put("time", time);
        }
        return parameters;
    }

    private static String md5(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format("%032x", new BigInteger(1, digest)); // 32 digits: leading zeros belong to it
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    private <T> T get(String endpoint, Map<String, String> more, Function<Map<?, ?>, T> read) throws EimsException {
        Map<String, Object> parameters = credentials();
        parameters.putAll(more);
        String query = parameters.entrySet().stream()
            .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue().toString(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
        return call(endpoint, HttpRequest.newBuilder(URI.create(url + "/" + endpoint + "?" + query)), read);
    }

    private <T> T call(String endpoint, HttpRequest.Builder request, Function<Map<?, ?>, T> read) throws EimsException {
        HttpResponse<String> answer = exchange(endpoint, request.build());
        String reason = answer.headers().firstValue("X-EIMS-Sim-Reason").orElse(null); // a gateway gives none
        if (answer.statusCode() != 200) {
            throw new Unanswered("HTTP " + answer.statusCode() + (reason == null ? "" : "; " + reason), null);
        }
        int status;
        try {
            Map<?, ?> told = (Map<?, ?>) Json.read(answer.body());
            status = Integer.parseInt(text(told.get("status")));
            if (status == 0) {
                return read.apply(told);
            }
        } catch (RuntimeException error) { // no JSON, or none of this shape
            throw new Unanswered("the answer cannot be read", error);
        }
        throw new Refused(status, reason);
    }

    private HttpResponse<String> exchange(String endpoint, HttpRequest request) throws Unanswered {
        CompletableFuture<HttpResponse<String>> waiting =
            http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try { // a time-out of the request itself would end with the headers
            return waiting.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException error) {
            waiting.cancel(true);
            throw new Unanswered("time-out at " + endpoint, error);
        } catch (ExecutionException error) {
            throw new Unanswered(error.getCause() + " at " + endpoint, error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new Unanswered("interrupted at " + endpoint, error);
        }
    }

    private static List<List<?>> rows(Map<?, ?> answer) {
        List<List<?>> rows = new ArrayList<>();
        for (Object row : (List<?>) answer.get("array")) {
            rows.add((List<?>) row);
        }
        return rows;
    }

    private static String text(Object value) {
        if (!(value instanceof String)) {
            throw new IllegalArgumentException("neither text nor a number");
        }
        return (String) value;
    }

    /** As much JSON as the gateway speaks. A number is read as its text, so that no digit is lost. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            Json json = new Json(text);
            Object value = json.value();
            if (json.peek() != 0) {
                throw new IllegalArgumentException("more than one value");
            }
            return value;
        }

        static String write(Object value) {
            if (value instanceof Map) {
                return ((Map<?, ?>) value).entrySet().stream()
                    .map(one -> write(one.getKey()) + ":" + write(one.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
            }
            if (value instanceof List) {
                return ((List<?>) value).stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
            }
            return value instanceof String ? quote((String) value) : String.valueOf(value);
        }

        private static String quote(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                int named = "\b\t\n\f\r\"\\".indexOf(c);
                if (named >= 0) {
                    quoted.append('\\').append("btnfr\"\\".charAt(named));
                } else if (c < ' ') {
                    quoted.append(String.format("\\u%04x", (int) c));
                } else {
                    quoted.append(c);
                }
            }
            return quoted.append('"').toString();
        }

        private char peek() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void take(char expected) {
            if (peek() != expected) {
                throw new IllegalArgumentException("no " + expected + " at " + at);
            }
            at++;
        }

        private boolean more(char close) {
            if (peek() == close) {
                at++;
                return false;
            }
            take(',');
            return true;
        }

        private Object value() {
            switch (peek()) {
                case '{':
                    return object();
                case '[':
                    return array();
                case '"':
                    return string();
                default:
                    int start = at;
                    while (at < text.length() && "{}[],:\" \t\r\n".indexOf(text.charAt(at)) < 0) {
                        at++;
                    }
                    return literal(text.substring(start, at));
            }
        }

        private static Object literal(String word) {
            switch (word) {
                case "null":
                    return null;
                case "true":
                case "false":
                    return Boolean.valueOf(word);
                default:
                    if (!word.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?")) {
                        throw new IllegalArgumentException("no JSON");
                    }
                    return word;
            }
        }

        private Map<String, Object> object() {
            Map<String, Object> members = new LinkedHashMap<>();
            take('{');
            if (peek() == '}') {
                at++;
                return members;
            }
            do {
                peek();
                String name = string();
                take(':');
                members.put(name, value());
            } while (more('}'));
            return members;
        }

        private List<Object> array() {
            List<Object> values = new ArrayList<>();
            take('[');
            if (peek() == ']') {
                at++;
                return values;
            }
            do {
                values.add(value());
            } while (more(']'));
            return values;
        }

        private String string() {
            StringBuilder read = new StringBuilder();
            take('"');
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c == '\\') {
                    c = text.charAt(at++);
                    if (c == 'u') {
                        c = (char) Integer.parseInt(text.substring(at, at + 4), 16);
                        at += 4;
                    } else if ("btnfr".indexOf(c) >= 0) {
                        c = "\b\t\n\f\r".charAt("btnfr".indexOf(c));
                    }
                }
                read.append(c);
            }
            at++;
            return read.toString();
        }
    }

    /** Try it: see above. Exits with 1 when the gateway refuses, with 3 when there is no answer to go by. */
    public static void main(String[] words) {
        System.exit(run(words, System.getenv()));
    }

    static int run(String[] words, Map<String, String> set) {
        Map<String, Integer> wanted = Map.of("balance", 0, "send", 2, "report", 1, "inbox", 0);
        boolean complete = List.of("EIMS_URL", "EIMS_ACCOUNT", "EIMS_PASSWORD").stream()
            .noneMatch(name -> set.getOrDefault(name, "").isEmpty());
        if (words.length == 0 || !Integer.valueOf(words.length - 1).equals(wanted.get(words[0])) || !complete) {
            System.err.println("usage: EimsClient balance | send NUMBERS CONTENT | report IDS | inbox");
            System.err.println("set EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD; EIMS_KEY for md5; EIMS_TIMEOUT in seconds");
            return 2;
        }
        String seconds = set.getOrDefault("EIMS_TIMEOUT", "30");
        EimsClient gateway = new EimsClient(set.get("EIMS_URL"), set.get("EIMS_ACCOUNT"), set.get("EIMS_PASSWORD"),
            set.getOrDefault("EIMS_KEY", ""), Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000)));
        try {
            gateway.show(words);
        } catch (EimsException error) {
            boolean refused = error instanceof Refused;
            print("error", refused ? "refused" : "unanswered", "status", error.status, "reason", error.reason);
            return refused ? 1 : 3;
        }
        return 0;
    }

    private void show(String[] words) throws EimsException {
        switch (words[0]) {
            case "balance":
                Balance money = getbalance();
                print("balance", money.balance, "gift", money.gift);
                break;
            case "send":
                Sent sent = sendsms(List.of(words[1].split(",")), words[2]);
                print("fail", sent.fail, "accepted",
                    sent.accepted.stream().map(one -> List.of(one.number, one.id)).collect(Collectors.toList()));
                break;
            case "report":
                Reports found = getreport(List.of(words[1].split(",")));
                print("nofound", found.nofound, "reports", found.reports.stream()
                    .map(one -> object("id", one.id, "number", one.number, "sendtime", one.sendtime, "state", one.state))
                    .collect(Collectors.toList()));
                break;
            default:
                inbox();
        }
    }

    /** Each list is shown before the next is fetched, so that none is lost; a message told twice is shown once. */
    private void inbox() throws EimsException {
        Set<String> known = new HashSet<>();
        List<Inbound> fresh;
        do {
            fresh = getsms().stream().filter(one -> known.add(one.id)).collect(Collectors.toList());
            print("messages", fresh.stream()
                .map(one -> object("id", one.id, "sender", one.sender, "to", one.to, "time", one.time,
                    "content", one.content))
                .collect(Collectors.toList()));
        } while (!fresh.isEmpty());
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            members.put((String) namesAndValues[at], namesAndValues[at + 1]);
        }
        return members;
    }

    private static void print(Object... namesAndValues) {
        byte[] line = (Json.write(object(namesAndValues)) + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }
}
