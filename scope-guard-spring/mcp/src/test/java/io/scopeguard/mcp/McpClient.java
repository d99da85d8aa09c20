package io.scopeguard.mcp;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that says exactly what it is told, over real sockets. */
final class McpClient {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI endpoint;
    private @Nullable String token;
    private @Nullable String session;

    McpClient(URI endpoint, @Nullable String token) {
        this.endpoint = endpoint;
        this.token = token;
    }

    /** Opens a session, if the server has sessions. */
    McpClient initialized() {
        Reply reply = send(
                "initialize",
                Map.of(
                        "protocolVersion",
                        "2025-11-25",
                        "capabilities",
                        Map.of(),
                        "clientInfo",
                        Map.of("name", "test", "version", "1")));
        if (reply.status() != 200) {
            throw new IllegalStateException(reply.toString());
        }
        session = reply.response().headers().firstValue("Mcp-Session-Id").orElse(null);
        post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return this;
    }

    /** The same session with another token. */
    McpClient with(String other) {
        McpClient client = new McpClient(endpoint, other);
        client.session = session;
        return client;
    }

    Reply call(String tool, Map<String, ?> arguments) {
        return send("tools/call", Map.of("name", tool, "arguments", arguments));
    }

    Reply call(String tool) {
        return call(tool, Map.of());
    }

    List<String> list(String method, String member, String key) {
        List<String> names = new ArrayList<>();
        send(method, Map.of())
                .result()
                .path(member)
                .forEach(entry -> names.add(entry.path(key).asString()));
        names.sort(null);
        return names;
    }

    Reply send(String method, Map<String, ?> params) {
        return post(JSON.writeValueAsString(Map.of("jsonrpc", "2.0", "id", 7, "method", method, "params", params)));
    }

    Reply post(String body) {
        return send(request().POST(BodyPublishers.ofString(body)).header("Content-Type", "application/json"));
    }

    HttpRequest.Builder request() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint).header("Accept", "application/json, text/event-stream");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        return request;
    }

    Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(HTTP.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Passes each line of the response on as soon as it arrives. */
    void lines(HttpRequest.Builder request, Consumer<String> lines) {
        try {
            HTTP.send(request.build(), BodyHandlers.ofLines()).body().forEach(lines);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A response, and the message in it. */
    record Reply(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String challenge() {
            return response.headers().firstValue("WWW-Authenticate").orElse("");
        }

        /** The last message of the body, be it JSON or an event. */
        JsonNode body() {
            String text = response.body();
            int data = text.lastIndexOf("data:");
            return JSON.readTree(data < 0 ? text : text.substring(data + 5));
        }

        JsonNode result() {
            return body().path("result");
        }

        /** The text of a tool's result, or the error. */
        String text() {
            JsonNode content = result().path("content").path(0).path("text");
            return content.isMissingNode() ? response.body() : content.asString();
        }

        String problem() {
            return body().path("type").asString("").replace("urn:problem-type:scope-guard:", "");
        }

        @Override
        public String toString() {
            return status() + " " + response.headers().map() + " " + response.body();
        }
    }
}
