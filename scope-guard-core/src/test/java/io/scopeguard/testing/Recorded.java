package io.scopeguard.testing;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An exchange recorded with a real Logto, from {@code src/test/resources/logto-recorded}. */
public final class Recorded {

    /** The issuer of the recorded tokens. */
    public static final String ISSUER = "http://127.0.0.1:3001/oidc";

    public static final String API = "https://api.example.test";
    public static final String ACME = "cu2p5w6hsqs5";
    public static final String GLOBEX = "zgdv7hj036ah";
    public static final String ALICE = "zniksqalbcx7";
    public static final String BOB = "s8car8qohd3k";
    public static final String CAROL = "inh0dz34mysx";
    public static final String AGENT = "5nzdf8sypmekd84zjjm1h";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final JsonNode content;

    private Recorded(JsonNode content) {
        this.content = content;
    }

    /** The recording in the file with this name, without the extension. */
    public static Recorded of(String name) {
        String resource = "/logto-recorded/" + name + ".json";
        try (InputStream in = Recorded.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no such recording: " + resource);
            }
            return new Recorded(MAPPER.readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names in a folder, for {@link #of} after the folder's own name. */
    public static List<String> names(String folder) {
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(Recorded.class.getResource("/logto-recorded/" + folder))
                        .toURI()))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public JsonNode content() {
        return content;
    }

    public String accessToken() {
        JsonNode raw = content.get("rawAccessToken");
        return raw != null
                ? raw.stringValue()
                : MAPPER.readTree(body()).get("access_token").stringValue();
    }

    public String idToken() {
        return content.get("rawIdToken").stringValue();
    }

    public JsonNode claims() {
        return content.get("accessTokenClaims");
    }

    /** The body, exactly as it was on the wire. */
    public String body() {
        return content.get("response").get("rawBody").stringValue();
    }

    /** The recorded answer, for a stub to replay, without its date. */
    public ResponseDefinitionBuilder response() {
        JsonNode response = content.get("response");
        ResponseDefinitionBuilder answer = new ResponseDefinitionBuilder()
                .withStatus(response.get("status").intValue())
                .withBody(body());
        for (Map.Entry<String, JsonNode> header : response.get("headers").properties()) {
            if (!Set.of("content-length", "date").contains(header.getKey())) {
                answer.withHeader(header.getKey(), header.getValue().stringValue());
            }
        }
        return answer;
    }
}
