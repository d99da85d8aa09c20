package io.scopeguard.logto;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads Logto's JSON strictly: an answer that is not as promised is no answer. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static JsonNode parse(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    static <T> List<T> items(JsonNode array, Function<JsonNode, T> item) {
        if (!array.isArray()) {
            throw malformed();
        }
        List<T> items = new ArrayList<>();
        array.forEach(each -> items.add(item.apply(each)));
        return items;
    }

    static <T> List<T> items(JsonNode object, String name, Function<JsonNode, T> item) {
        return items(member(object, name), item);
    }

    static String text(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isString()) {
            throw malformed();
        }
        return value.stringValue();
    }

    static int count(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isInt() || value.intValue() < 0) {
            throw malformed();
        }
        return value.intValue();
    }

    static boolean flag(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isBoolean()) {
            throw malformed();
        }
        return value.booleanValue();
    }

    /** Logto's own name of an error; empty if the body is not such an error. */
    static String code(byte[] body) {
        try {
            return MAPPER.readTree(body).path("code").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    static JsonNode member(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw malformed();
        }
        return value;
    }

    static PermissionsUnavailableException malformed() {
        return new PermissionsUnavailableException(Reason.MALFORMED, "Logto's answer is not what its API promises.");
    }
}
