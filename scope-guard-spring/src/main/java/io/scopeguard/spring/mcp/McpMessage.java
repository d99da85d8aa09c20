package io.scopeguard.spring.mcp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON-RPC message of a client. It is read strictly: UTF-8, one object, no member twice. The server then reads the same bytes and
 * cannot interpret them differently. Batches, which the protocol removed in version 2025-06-18, are rejected.
 *
 * @param id of a request; {@code null} in notifications
 * @param method {@code null} in responses of the client
 */
record McpMessage(
        @Nullable Object id,
        @Nullable String method,
        @Nullable Object params) {

    static final String SUBSCRIBE = "resources/subscribe";

    /** Needs no right: a client that has lost the right to a resource can still unsubscribe. */
    static final String UNSUBSCRIBE = "resources/unsubscribe";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /**
     * Reads a message.
     *
     * @throws MalformedMessageException if it is not valid, or ambiguous
     */
    static McpMessage parse(byte[] body) throws MalformedMessageException {
        Map<String, Object> members = members(body);
        Object method = members.get("method");
        if (method != null && !(method instanceof String)) {
            throw new MalformedMessageException("The member \"method\" is not a string.");
        }
        return new McpMessage(members.get("id"), (String) method, members.get("params"));
    }

    private static Map<String, Object> members(byte[] body) throws MalformedMessageException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            Map<String, Object> members = JSON.readValue(text, OBJECT);
            if (members != null) {
                return members;
            }
        } catch (CharacterCodingException | JacksonException e) {
            // Its message could quote the body.
        }
        throw new MalformedMessageException(
                "The body is not one JSON-RPC message: a JSON object in UTF-8, with no member twice.");
    }

    /**
     * The operation that the message calls, or {@code null} if it calls none, such as a notification or a list.
     *
     * @throws MalformedMessageException if it does not name the operation
     */
    @Nullable
    McpOperation operation() throws MalformedMessageException {
        if (method == null) {
            return null;
        }
        return switch (method) {
            case "tools/call" -> named(McpOperation.Kind.TOOL, "name");
            case "prompts/get" -> named(McpOperation.Kind.PROMPT, "name");
            case "resources/read", SUBSCRIBE -> named(McpOperation.Kind.RESOURCE, "uri");
            case "completion/complete" -> completion();
            default -> null;
        };
    }

    private McpOperation named(McpOperation.Kind kind, String member) throws MalformedMessageException {
        Map<?, ?> parameters = object(params, "params");
        Object arguments = parameters.get("arguments");
        return new McpOperation(
                kind,
                text(parameters.get(member), "params." + member),
                arguments == null ? Map.of() : strings(object(arguments, "params.arguments")));
    }

    private McpOperation completion() throws MalformedMessageException {
        Map<?, ?> parameters = object(params, "params");
        Map<?, ?> reference = object(parameters.get("ref"), "params.ref");
        boolean isPrompt = "ref/prompt".equals(reference.get("type"));
        Map<String, Object> arguments = new HashMap<>();
        if (parameters.get("context") instanceof Map<?, ?> context
                && context.get("arguments") instanceof Map<?, ?> known) {
            arguments.putAll(strings(known));
        }
        Map<?, ?> argument = object(parameters.get("argument"), "params.argument");
        String completed = text(argument.get("name"), "params.argument.name");
        if (arguments.containsKey(completed)) {
            throw new MalformedMessageException("The argument in \"params.argument\" also occurs in the context.");
        }
        arguments.put(completed, argument.get("value"));
        String name = isPrompt
                ? text(reference.get("name"), "params.ref.name")
                : text(reference.get("uri"), "params.ref.uri");
        return new McpOperation(McpOperation.Kind.COMPLETION, name, arguments);
    }

    private static Map<?, ?> object(@Nullable Object value, String member) throws MalformedMessageException {
        if (value instanceof Map<?, ?> object) {
            return object;
        }
        throw new MalformedMessageException("The member \"" + member + "\" is not an object.");
    }

    private static String text(@Nullable Object value, String member) throws MalformedMessageException {
        if (value instanceof String text) {
            return text;
        }
        throw new MalformedMessageException("The member \"" + member + "\" is not a string.");
    }

    @SuppressWarnings("unchecked") // the names of the members of a JSON object
    private static Map<String, ?> strings(Map<?, ?> object) {
        return (Map<String, ?>) object;
    }
}
