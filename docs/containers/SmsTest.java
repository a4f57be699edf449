// A test with Testcontainers for Java: org.testcontainers:testcontainers, org.testcontainers:junit-jupiter, JUnit 5.

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class SmsTest {
    private static final int PORT = 20003;
    private static final String TOKEN = "only-for-tests";

    @Container
    private static final GenericContainer<?> GATEWAY =
            new GenericContainer<>(DockerImageName.parse("eims-sim"))
                    .withExposedPorts(PORT)
                    .withEnv("EIMS_SIM_DATABASE", ":memory:")
                    .withEnv("EIMS_SIM_ADMIN_TOKEN", TOKEN)
                    .waitingFor(Wait.forLogMessage(".*ready http://.*\\n", 1));

    @Test
    void aCodeIsSent() throws Exception {
        String login = "account=demo&password=demo123";
        String answer = get("/sendsms?" + login + "&numbers=13800138000&content=Your+code+is+4711");

        String seen = get("/_sim/otp?number=13800138000");

        assertTrue(answer.startsWith("{\"status\":0,"), answer);
        assertTrue(seen.contains("\"code\":\"4711\""), seen);
    }

    private static String get(String target) throws Exception {
        URI uri = URI.create("http://" + GATEWAY.getHost() + ":" + GATEWAY.getMappedPort(PORT) + target);
        HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + TOKEN).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
