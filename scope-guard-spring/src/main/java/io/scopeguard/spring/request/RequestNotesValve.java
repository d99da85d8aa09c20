package io.scopeguard.spring.request;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;

/**
 * Begins the notes about each request in Tomcat, where the tables of headers are within reach, and decodes the header with the token.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RequestNotesValve extends ValveBase {

    public RequestNotesValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (RequestNotes.find(request) == null) {
            RequestNotes.begin(request, new TomcatHeaders(response));
            decodeAuthorization(request);
        }
        getNext().invoke(request, response);
    }

    /**
     * Decodes the header as Tomcat would when it is first asked for it, in one copy instead of three: tokens are long, and each
     * request has one.
     */
    private static void decodeAuthorization(Request request) {
        MessageBytes authorization = request.getCoyoteRequest().getMimeHeaders().getValue("Authorization");
        if (authorization == null || authorization.getType() != MessageBytes.T_BYTES) {
            return;
        }
        ByteChunk bytes = authorization.getByteChunk();
        if (StandardCharsets.ISO_8859_1.equals(bytes.getCharset())) {
            authorization.setString(
                    new String(bytes.getBuffer(), bytes.getStart(), bytes.getLength(), StandardCharsets.ISO_8859_1));
        }
    }
}
