package io.scopeguard.spring.request;

import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.catalina.connector.Response;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The headers that Spring Security adds to each response, as bytes. Tomcat creates an encoder for each text that it sends, and
 * sends bytes as they are.
 */
final class TomcatHeaders implements ConstantHeaders {

    /** At the index of the length of its name, which no other one has. */
    private static final @Nullable Encoded[] KNOWN = byLength(
            Encoded.of("X-Content-Type-Options", "nosniff"),
            Encoded.of("X-XSS-Protection", "0"),
            Encoded.of("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
            Encoded.of("Pragma", "no-cache"),
            Encoded.of("Expires", "0"),
            Encoded.of("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains"),
            Encoded.of("X-Frame-Options", "DENY"));

    /** This class is not public. */
    private static final String FIREWALLED = "org.springframework.security.web.firewall.FirewalledResponse";

    private final MimeHeaders headers;
    private final ServletResponse response;

    TomcatHeaders(Response response) {
        this.headers = response.getCoyoteResponse().getMimeHeaders();
        this.response = response.getResponse();
    }

    @Override
    public boolean belongTo(ServletResponse other) {
        return response.equals(isFirewalled(other) ? ((ServletResponseWrapper) other).getResponse() : other);
    }

    /** Whether Spring Security has wrapped the response, only to check headers for line breaks. Known headers have none. */
    private static boolean isFirewalled(ServletResponse other) {
        return other.getClass().getName().equals(FIREWALLED);
    }

    @Override
    public boolean add(String name, @Nullable String value) {
        Encoded known = known(name);
        if (known == null || !known.value.equals(value) || contains(name)) {
            return false;
        }
        known.addTo(headers);
        return true;
    }

    @Override
    public boolean isAbsent(String name) {
        return known(name) != null && !contains(name);
    }

    private static @Nullable Encoded known(String name) {
        Encoded sameLength = name.length() < KNOWN.length ? KNOWN[name.length()] : null;
        return sameLength != null && sameLength.name.equals(name) ? sameLength : null;
    }

    /** Compares lengths first, because a response has few names of the same length. */
    private boolean contains(String name) {
        for (int i = 0; i < headers.size(); i++) {
            MessageBytes other = headers.getName(i);
            if (other.getLength() == name.length() && other.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Encoded[] byLength(Encoded... known) {
        int longest = Arrays.stream(known)
                .mapToInt(header -> header.name.length())
                .max()
                .orElse(0);
        @Nullable Encoded[] byLength = new @Nullable Encoded[longest + 1];
        for (Encoded header : known) {
            if (byLength[header.name.length()] != null) {
                throw new IllegalStateException(header.name + " is as long as another name");
            }
            byLength[header.name.length()] = header;
        }
        return byLength;
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
