package io.scopeguard.redis;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Facts as JSON. A value that cannot be read, such as that of another version, counts as absent. */
final class SharedJson {

    private static final Logger log = LoggerFactory.getLogger(SharedJson.class);

    /** Longer values are not shared. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    private static final JsonMapper MAPPER =
            JsonMapper.builder().addModule(vocabulary()).build();

    private SharedJson() {}

    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    static <T> @Nullable T read(byte[] json, TypeReference<T> type) {
        if (json.length > MAX_BYTES) {
            return null;
        }
        try {
            return MAPPER.readValue(json, type);
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            log.debug(
                    "A value in Redis cannot be read and is ignored: {}",
                    e.getClass().getSimpleName());
            return null;
        }
    }

    private static SimpleModule vocabulary() {
        SimpleModule module = new SimpleModule();
        module.addKeySerializer(Audience.class, new AudienceKeyWriter());
        module.addKeyDeserializer(Audience.class, new AudienceKeyReader());
        module.addSerializer(Audience.class, new AudienceWriter());
        module.addDeserializer(Audience.class, new AudienceReader());
        module.addSerializer(Scopes.class, new ScopesWriter());
        module.addDeserializer(Scopes.class, new ScopesReader());
        return module;
    }

    private static final class AudienceKeyWriter extends ValueSerializer<Audience> {
        @Override
        public void serialize(Audience value, JsonGenerator json, SerializationContext context) {
            json.writeName(value.value());
        }
    }

    private static final class AudienceKeyReader extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) {
            return new Audience(key);
        }
    }

    private static final class AudienceWriter extends ValueSerializer<Audience> {
        @Override
        public void serialize(Audience value, JsonGenerator json, SerializationContext context) {
            json.writeString(value.value());
        }
    }

    private static final class AudienceReader extends ValueDeserializer<Audience> {
        @Override
        public Audience deserialize(JsonParser json, DeserializationContext context) {
            return new Audience(json.getString());
        }
    }

    private static final class ScopesWriter extends ValueSerializer<Scopes> {
        @Override
        public void serialize(Scopes value, JsonGenerator json, SerializationContext context) {
            json.writeString(value.toString());
        }
    }

    private static final class ScopesReader extends ValueDeserializer<Scopes> {
        @Override
        public Scopes deserialize(JsonParser json, DeserializationContext context) {
            String text = json.getString();
            return text.isEmpty() ? Scopes.none() : Scopes.parse(text);
        }
    }
}
