package io.scopeguard.spring.request;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletResponse;

/**
 * Writes headers that are the same in each response, without encoding them each time. Belongs to one response.
 *
 * @hidden
 */
@Internal
public interface ConstantHeaders {

    /**
     * Adds a header to a response that is not yet committed.
     *
     * @return whether it was added: only known headers are that the response does not contain
     */
    boolean add(String name, String value);

    /** Whether this is the container's own response. A filter that wraps it may keep headers back. */
    boolean belongTo(ServletResponse response);

    /** Whether the header is a known one that a response lacks which is not yet committed. */
    boolean isAbsent(String name);
}
