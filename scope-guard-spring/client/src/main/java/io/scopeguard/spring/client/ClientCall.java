package io.scopeguard.spring.client;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * A request of the application: for which client registration and principal, and during which request to the application itself.
 * Immutable.
 */
record ClientCall(
        String registration,
        Authentication principal,
        @Nullable RequestAttributes incoming) {

    static ClientCall of(String registration, Authentication principal) {
        return new ClientCall(registration, principal, RequestContextHolder.getRequestAttributes());
    }

    /** Whose consent it is. */
    String clientKey() {
        return registration + ' ' + principal.getName();
    }

    /** Does work on another thread as if it were done on the thread of the call: repositories look for the incoming request. */
    <T> T within(Supplier<T> work) {
        RequestAttributes before = RequestContextHolder.getRequestAttributes();
        RequestContextHolder.setRequestAttributes(incoming);
        try {
            return work.get();
        } finally {
            RequestContextHolder.setRequestAttributes(before);
        }
    }
}
