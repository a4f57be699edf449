<?php

/**
 * A client of the EIMS SMS gateway, edition 1.0/1.1, for PHP 8.1 or newer with ext-curl: copy this file into your
 * project.
 *
 *     $gateway = new EimsClient('http://127.0.0.1:20003', 'demo', 'demo123');   // key: 'demokey' for an md5 password
 *     $sent = $gateway->sendsms(['13800138000'], 'Hello');
 *     $reports = $gateway->getreport(array_column($sent['accepted'], 1))['reports'];
 *
 * Ids and numbers are strings: both may have more digits than an integer of another program keeps, and a number may
 * begin with + or 0. Try it: php EimsClient.php balance | send NUMBERS CONTENT | report IDS | inbox, with EIMS_URL,
 * EIMS_ACCOUNT, EIMS_PASSWORD and, for md5, EIMS_KEY in the environment.
 */

declare(strict_types=1);

/** Why there is no result: `status` is the gateway's, `reason` what it or the simulator told. */
abstract class EimsError extends RuntimeException
{
    public function __construct(public readonly ?int $status, public readonly ?string $reason)
    {
        parent::__construct($status === null ? (string) $reason : "status $status: $reason");
    }
}

/** The gateway said no. Of a submit nothing was sent and nothing charged: it may be mended and sent again. */
final class EimsRefused extends EimsError
{
}

/**
 * There is no answer to go by: a time-out, a broken connection, an HTTP error, or no JSON.
 *
 * After a submit nobody knows whether the messages were accepted, and the gateway has nothing to recognize a second
 * submit by: sent again they may go out, and be charged, twice. So nothing is tried again here. To be safe, write the
 * submit down before it is sent, mark it "unknown" now, and let a person, the balance, or a pushed report with an
 * unknown id decide. What only reads, getbalance and getreport, may be called again as it is.
 */
final class EimsUnanswered extends EimsError
{
}

/** One account of one gateway. Every call returns a result, or throws EimsRefused or EimsUnanswered. */
class EimsClient
{
    /** A getreport of more ids is refused with -7. */
    private const IDS_A_CALL = 200;

    private static int $lastSeq = 0;

    /** With a `key` the md5 password is sent, else the plain one; `timeout` in seconds. */
    public function __construct(
        private readonly string $url,
        private readonly string $account,
        #[SensitiveParameter] private readonly string $password,
        #[SensitiveParameter] private readonly string $key = '',
        private readonly float $timeout = 30,
    ) {
    }

    /**
     * The account's own money and the money given to it: strings, with all their decimals.
     *
     * @return array{balance: string, gift: string}
     */
    public function getbalance(): array
    {
        return $this->get('getbalance', [], fn (array $answer) => [
            'balance' => self::text($answer['balance'] ?? null),
            'gift' => self::text($answer['gift'] ?? null),
        ]);
    }

    /**
     * Send a content to up to 10,000 numbers; `more`: sender, sendtime (yyyyMMddHHmmss), smstype, mmstitle.
     *
     * `accepted` holds pairs of number and id in the order given; `fail` is how many were not accepted: look at both.
     * Always by POST: a GET carries 100 numbers only, its password ends up in the log files on the way, and some HTTP
     * libraries send a GET again by themselves.
     *
     * @param string[] $numbers
     * @param array<string, string> $more
     * @return array{fail: int, accepted: list<array{string, string}>}
     */
    public function sendsms(array $numbers, string $content, array $more = []): array
    {
        $parameters = $this->credentials() + ['numbers' => implode(',', $numbers), 'content' => $content] + $more;
        $options = [
            CURLOPT_POSTFIELDS => json_encode($parameters, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR),
            CURLOPT_HTTPHEADER => ['Content-Type: application/json', 'Expect:'], // nothing is gained by asking first
        ];

        return $this->call('sendsms', '', $options, fn (array $answer) => [
            'fail' => self::integer($answer['fail'] ?? null),
            'accepted' => array_map(
                fn (array $row) => [self::text($row[0] ?? null), self::text($row[1] ?? null)],
                self::rows($answer),
            ),
        ]);
    }

    /**
     * What became of messages, in as many calls as that takes.
     *
     * State 0 is sent, 1 not sent yet, 2 being sent, else a report code; sendtime is yyyyMMddHHmmss or '0'. An id that
     * was asked for and has no report is counted in `nofound`.
     *
     * @param array<string|int> $ids
     * @return array{nofound: int, reports: list<array{id: string, number: string, sendtime: string, state: int}>}
     */
    public function getreport(array $ids): array
    {
        $found = ['nofound' => 0, 'reports' => []];
        foreach (array_chunk($ids, self::IDS_A_CALL) as $part) {
            $answer = $this->get('getreport', ['ids' => implode(',', $part)], fn (array $answer) => [
                'nofound' => self::integer($answer['nofound'] ?? null),
                'reports' => array_map(fn (array $row) => [
                    'id' => self::text($row[0] ?? null),
                    'number' => self::text($row[1] ?? null),
                    'sendtime' => self::text($row[2] ?? null),
                    'state' => self::integer($row[3] ?? null),
                ], self::rows($answer)),
            ]);
            $found['nofound'] += $answer['nofound'];
            array_push($found['reports'], ...$answer['reports']);
        }

        return $found;
    }

    /**
     * Up to 50 messages from phones. The gateway gives each away once: keep them before you call again.
     *
     * @return list<array{id: string, sender: string, to: string, time: string, content: string}>
     */
    public function getsms(): array
    {
        return $this->get('getsms', [], fn (array $answer) => array_map(fn (array $row) => [
            'id' => self::text($row[0] ?? null),
            'sender' => self::text($row[1] ?? null),
            'to' => self::text($row[2] ?? null),
            'time' => self::text($row[3] ?? null),
            'content' => self::utf8(base64_decode(self::text($row[4] ?? null))),
        ], self::rows($answer)));
    }

    /**
     * All that wait, in lists of up to 50, until nothing new comes: keep each list before you take the next.
     *
     * @return Generator<list<array{id: string, sender: string, to: string, time: string, content: string}>>
     */
    public function inbox(): Generator
    {
        $known = []; // two messages with the same id are one that was told twice
        while ($new = array_values(array_filter($this->getsms(), fn ($one) => !isset($known[$one['id']])))) {
            $known += array_flip(array_column($new, 'id'));
            yield $new;
        }
    }

    /**
     * A seq for the next request: microseconds since 1970, and always greater than the last.
     *
     * So it grows from request to request of your site and, on one clock, from process to process, which a counter in
     * memory that starts at 1 does not. Override this where a counter in your database shall give it.
     */
    protected function nextSeq(): int
    {
        return self::$lastSeq = max(self::$lastSeq + 1, (int) (microtime(true) * 1e6));
    }

    /** @return array<string, string|int> */
    private function credentials(): array
    {
        if ($this->key === '') {
            return ['account' => $this->account, 'password' => $this->password];
        }
        [$seq, $time] = [$this->nextSeq(), time()]; // once: the digest and the parameters must say the same
        $digest = md5($this->account . $this->password . $seq . $time . $this->key);

        return ['account' => $this->account, 'password' => $digest, 'seq' => $seq, 'time' => $time];
    }

    /** @param array<string, string> $parameters */
    private function get(string $endpoint, array $parameters, callable $read): mixed
    {
        // The separator is named: php.ini may hold &amp; for it.
        $query = http_build_query($this->credentials() + $parameters, '', '&', PHP_QUERY_RFC3986);

        return $this->call($endpoint, "?$query", [], $read);
    }

    /** @param array<int, mixed> $options */
    private function call(string $endpoint, string $query, array $options, callable $read): mixed
    {
        $reason = null;
        // A handle of its own, so a connection of its own: on one that it has used before, curl sends a request again
        // by itself when the connection turns out to be closed, a POST too.
        $request = curl_init(rtrim($this->url, '/') . "/$endpoint$query");
        curl_setopt_array($request, $options + [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_TIMEOUT_MS => (int) ($this->timeout * 1000),
            CURLOPT_HEADERFUNCTION => function ($request, string $line) use (&$reason): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                if (strcasecmp($name, 'X-EIMS-Sim-Reason') === 0) { // the simulator's: a gateway gives none
                    $reason = trim($value);
                }

                return strlen($line);
            },
        ]);
        $body = curl_exec($request);
        if ($body === false) {
            throw new EimsUnanswered(null, curl_error($request));
        }
        $http = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
        if ($http !== 200) {
            throw new EimsUnanswered(null, implode('; ', array_filter(["HTTP $http", $reason])));
        }
        try {
            // Where an integer is too large for PHP it would become a float, and lose digits.
            $told = json_decode($body, true, 512, JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR);
            $status = self::integer(is_array($told) ? $told['status'] ?? null : null);
            if ($status === 0) {
                return $read($told);
            }
        } catch (JsonException | TypeError | UnexpectedValueException) {
            throw new EimsUnanswered(null, 'the answer cannot be read');
        }
        throw new EimsRefused($status, $reason);
    }

    /**
     * @param array<string, mixed> $answer
     * @return list<array<int, mixed>>
     */
    private static function rows(array $answer): array
    {
        return $answer['array'] ?? throw new UnexpectedValueException('no array');
    }

    private static function text(mixed $value): string
    {
        return is_string($value) || is_int($value) ? (string) $value : throw new UnexpectedValueException('no text');
    }

    private static function integer(mixed $value): int
    {
        $text = self::text($value);

        return preg_match('/^-?\d+$/D', $text) ? (int) $text : throw new UnexpectedValueException('no integer');
    }

    /** Bytes that are no UTF-8 are replaced: a broken message must not cost the 49 others. */
    private static function utf8(string $bytes): string
    {
        return json_decode(json_encode($bytes, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR));
    }
}

/** @param string[] $arguments */
function eims_main(array $arguments): int
{
    $wanted = ['balance' => 0, 'send' => 2, 'report' => 1, 'inbox' => 0];
    $command = array_shift($arguments) ?? '';
    $given = array_map('getenv', ['EIMS_URL', 'EIMS_ACCOUNT', 'EIMS_PASSWORD']);
    if (($wanted[$command] ?? null) !== count($arguments) || array_filter($given, fn ($one) => (string) $one === '')) {
        fwrite(STDERR, "usage: EimsClient.php balance | send NUMBERS CONTENT | report IDS | inbox\n");
        fwrite(STDERR, "set EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD; EIMS_KEY for md5; EIMS_TIMEOUT in seconds\n");

        return 2;
    }
    $gateway = new EimsClient(...$given, key: (string) getenv('EIMS_KEY'), timeout: (float) (getenv('EIMS_TIMEOUT') ?: 30));
    $show = function (array $result): void {
        echo json_encode($result, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS | JSON_UNESCAPED_SLASHES), "\n";
    };
    try {
        if ($command === 'balance') {
            $show($gateway->getbalance());
        } elseif ($command === 'send') {
            $show($gateway->sendsms(explode(',', $arguments[0]), $arguments[1]));
        } elseif ($command === 'report') {
            $show($gateway->getreport(explode(',', $arguments[0])));
        } else {
            foreach ($gateway->inbox() as $messages) {
                $show(['messages' => $messages]);
            }
            $show(['messages' => []]);
        }
    } catch (EimsError $error) {
        $refused = $error instanceof EimsRefused;
        $show(['error' => $refused ? 'refused' : 'unanswered', 'status' => $error->status, 'reason' => $error->reason]);

        return $refused ? 1 : 3;
    }

    return 0;
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    exit(eims_main(array_slice($argv, 1)));
}
