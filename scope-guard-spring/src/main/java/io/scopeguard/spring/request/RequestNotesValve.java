package io.scopeguard.spring.request;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Begins the notes about each request in Tomcat, where the tables of headers are within reach. Thread-safe.
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
        }
        getNext().invoke(request, response);
    }
}
