import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs the client in Java once for each line of standard input, in one Java machine, because starting one takes longer
 * than all that the client does. A line holds the variables, a blank, and the words, each in base64 and followed by a comma.
 * What the client prints is followed by a line "exit CODE".
 */
final class Machine {
    public static void main(String[] arguments) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split(" ", -1);
            Map<String, String> variables = new HashMap<>();
            for (String variable : words(parts[0])) {
                variables.put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1));
            }
            System.out.println("exit " + EimsClient.run(words(parts[1]), variables));
            System.out.flush();
        }
    }

    private static String[] words(String encoded) {
        return Arrays.stream(encoded.split(","))
            .filter(word -> !word.isEmpty())
            .map(word -> new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8))
            .toArray(String[]::new);
    }
}
