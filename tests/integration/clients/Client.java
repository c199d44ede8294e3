import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** Sends a POST with java.net.http as it comes, and as HTTP/1.1: of known length, chunked, and waiting for 100. */
public class Client {
    public static void main(String[] args) throws Exception {
        byte[] body = args[3].getBytes("UTF-8");
        HttpClient asItComes = HttpClient.newHttpClient();
        HttpClient plain = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        for (HttpClient client : List.of(asItComes, plain)) {
            for (int round = 0; round < 2; round++) {
                say(client, args, BodyPublishers.ofByteArray(body), false);
                say(client, args, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), false);
                say(client, args, BodyPublishers.ofByteArray(body), true);
            }
        }
    }

    static void say(HttpClient client, String[] args, BodyPublisher body, boolean waits) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[0]))
            .header("Content-Type", args[1])
            .expectContinue(waits)
            .POST(body);
        if (!args[2].isEmpty()) {
            request.header("Authorization", args[2]);
        }
        var answer = client.send(request.build(), BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.version());
    }
}
