package io.scopeguard.spring.request;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.tomcat.util.http.MimeHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The headers that Spring Security adds to each response, as bytes. Tomcat creates an encoder for each text that it sends, and
 * sends bytes as they are.
 */
final class TomcatHeaders implements ConstantHeaders {

    private static final Map<String, Encoded> KNOWN = Stream.of(
                    Encoded.of("X-Content-Type-Options", "nosniff"),
                    Encoded.of("X-XSS-Protection", "0"),
                    Encoded.of("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
                    Encoded.of("Pragma", "no-cache"),
                    Encoded.of("Expires", "0"),
                    Encoded.of("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains"),
                    Encoded.of("X-Frame-Options", "DENY"))
            .collect(Collectors.toUnmodifiableMap(header -> header.name, header -> header));

    private final MimeHeaders headers;

    TomcatHeaders(MimeHeaders headers) {
        this.headers = headers;
    }

    @Override
    public boolean add(String name, @Nullable String value) {
        Encoded known = value == null ? null : KNOWN.get(name);
        if (known == null || !known.value.equals(value) || headers.getValue(name) != null) {
            return false;
        }
        known.addTo(headers);
        return true;
    }

    /** A header as text and as bytes. */
    private static final class Encoded {

        private final String name;
        private final String value;
        private final byte[] nameBytes;
        private final byte[] valueBytes;

        private Encoded(String name, String value) {
            this.name = name;
            this.value = value;
            this.nameBytes = name.getBytes(StandardCharsets.ISO_8859_1);
            this.valueBytes = value.getBytes(StandardCharsets.ISO_8859_1);
        }

        static Encoded of(String name, String value) {
            return new Encoded(name, value);
        }

        /** Tomcat writes over the bytes that it was given when it uses the entry again, so it gets a copy. */
        void addTo(MimeHeaders headers) {
            byte[] copy = valueBytes.clone();
            headers.addValue(nameBytes.clone(), 0, nameBytes.length).setBytes(copy, 0, copy.length);
        }
    }
}
