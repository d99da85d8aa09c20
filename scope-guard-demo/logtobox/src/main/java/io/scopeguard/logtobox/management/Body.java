package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The body of a request, read member by member. A member with the wrong type is rejected, an unknown member is ignored. */
final class Body {

    private final JsonNode json;

    private Body(JsonNode json) {
        this.json = json;
    }

    static Body parse(String text) {
        try {
            JsonNode json = text.isBlank() ? MissingNode.getInstance() : Json.read(text);
            if (!json.isObject()) {
                throw wrongType("", "object", json);
            }
            return new Body(json);
        } catch (JacksonException e) {
            throw wrongType("", "object", MissingNode.getInstance());
        }
    }

    boolean has(String name) {
        return json.has(name);
    }

    String string(String name) {
        return require(name, "string", JsonNode::isString).asString();
    }

    Optional<String> optionalString(String name) {
        return optional(name, "string", JsonNode::isString).map(JsonNode::asString);
    }

    /** The new value of a member that may be set to null, or the old value if the body does not contain the member. */
    @Nullable
    String patched(String name, @Nullable String before) {
        return has(name) ? optionalString(name).orElse(null) : before;
    }

    boolean bool(String name) {
        return require(name, "boolean", JsonNode::isBoolean).asBoolean();
    }

    boolean bool(String name, boolean otherwise) {
        return optional(name, "boolean", JsonNode::isBoolean)
                .map(JsonNode::asBoolean)
                .orElse(otherwise);
    }

    long number(String name, long otherwise) {
        return optional(name, "number", JsonNode::isNumber)
                .map(JsonNode::asLong)
                .orElse(otherwise);
    }

    Map<String, Object> object(String name, Map<String, Object> otherwise) {
        return optional(name, "object", JsonNode::isObject)
                .map(Json::plainObject)
                .orElse(otherwise);
    }

    List<String> strings(String name) {
        return elements(name, require(name, "array", JsonNode::isArray));
    }

    /** A list with at least one item. */
    List<String> someStrings(String name) {
        List<String> strings = strings(name);
        if (strings.isEmpty()) {
            throw refused(
                    Json.object(
                            "code",
                            "too_small",
                            "minimum",
                            1,
                            "type",
                            "array",
                            "inclusive",
                            true,
                            "exact",
                            false,
                            "message",
                            "Array must contain at least 1 element(s)",
                            "path",
                            List.of(name)),
                    name,
                    "(too_small) Array must contain at least 1 element(s)");
        }
        return strings;
    }

    List<String> optionalStrings(String name) {
        return optional(name, "array", JsonNode::isArray)
                .map(array -> elements(name, array))
                .orElse(List.of());
    }

    <E extends Enum<E>> E oneOf(String name, Class<E> type, E otherwise) {
        String value = optionalString(name).orElse(otherwise.name());
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        throw unknownValue(name, value);
    }

    static RequestError unknownValue(String path, String value) {
        return refused(
                Json.object(
                        "received",
                        value,
                        "code",
                        "invalid_enum_value",
                        "path",
                        List.of(path),
                        "message",
                        "Invalid enum value. Received '" + value + "'"),
                path,
                "(invalid_enum_value) Invalid enum value.");
    }

    private JsonNode require(String name, String type, Predicate<JsonNode> hasType) {
        JsonNode value = json.path(name);
        if (!hasType.test(value)) {
            throw wrongType(name, type, value);
        }
        return value;
    }

    private Optional<JsonNode> optional(String name, String type, Predicate<JsonNode> hasType) {
        JsonNode value = json.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(require(name, type, hasType));
    }

    private static List<String> elements(String name, JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(element -> {
            if (!element.isString()) {
                throw wrongType(name, "string", element);
            }
            strings.add(element.asString());
        });
        return strings;
    }

    private static RequestError wrongType(String name, String expected, JsonNode value) {
        String received =
                value.isMissingNode() ? "undefined" : value.getNodeType().name().toLowerCase(Locale.ROOT);
        String message = value.isMissingNode() ? "Required" : expectation(expected, ", received " + received);
        return refused(
                Json.object(
                        "code", "invalid_type",
                        "expected", expected,
                        "received", received,
                        "path", name.isEmpty() ? List.of() : List.of(name),
                        "message", message),
                name,
                "(invalid_type) " + expectation(expected, " but received " + received) + ".");
    }

    private static String expectation(String expected, String received) {
        return "Expected " + expected + received;
    }

    private static RequestError refused(Map<String, ?> issue, String name, String reason) {
        return RequestError.invalidBody(issue, "Error in key path \"" + name + "\": " + reason);
    }
}
