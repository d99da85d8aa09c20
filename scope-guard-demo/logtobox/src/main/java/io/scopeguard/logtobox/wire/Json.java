package io.scopeguard.logtobox.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON with members in the order of declaration or insertion. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private Json() {}

    public static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static JsonNode read(String text) {
        return MAPPER.readTree(text);
    }

    /** The members of a record, as a modifiable map. */
    public static ObjectNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** The JSON tree of any object, including collections. */
    public static JsonNode node(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** A JSON value as plain maps, lists, strings, numbers, booleans and nulls. */
    public static Object plain(JsonNode node) {
        return MAPPER.treeToValue(node, Object.class);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> plainObject(JsonNode node) {
        return MAPPER.treeToValue(node, LinkedHashMap.class);
    }

    /** An object whose members keep the order of the arguments: name, value, name, value. */
    public static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return members;
    }
}
