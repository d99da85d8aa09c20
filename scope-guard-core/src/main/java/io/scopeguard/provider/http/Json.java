package io.scopeguard.provider.http;

import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a provider's JSON strictly: an unexpected response is rejected. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    public static JsonNode parse(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    public static <T> List<T> items(JsonNode array, Function<JsonNode, T> item) {
        if (!array.isArray()) {
            throw malformed();
        }
        List<T> items = new ArrayList<>();
        array.forEach(each -> items.add(item.apply(each)));
        return items;
    }

    public static <T> List<T> items(JsonNode object, String name, Function<JsonNode, T> item) {
        return items(member(object, name), item);
    }

    public static String text(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isString()) {
            throw malformed();
        }
        return value.stringValue();
    }

    public static int count(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isInt() || value.intValue() < 0) {
            throw malformed();
        }
        return value.intValue();
    }

    public static boolean flag(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isBoolean()) {
            throw malformed();
        }
        return value.booleanValue();
    }

    /** A text in an error body, at a path of names; empty if the body does not contain it or is not JSON. */
    public static String lenientText(byte[] body, String... path) {
        try {
            JsonNode node = MAPPER.readTree(body);
            for (String name : path) {
                node = node.path(name);
            }
            return node.asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    public static JsonNode member(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw malformed();
        }
        return value;
    }

    public static PermissionsUnavailableException malformed() {
        return new PermissionsUnavailableException(Reason.MALFORMED, "The provider's answer does not match its API.");
    }
}
