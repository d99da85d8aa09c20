package io.scopeguard.spring.client;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * A call of the application: its client registration and principal, and the incoming request that it belongs to. Immutable.
 */
record ClientCall(
        String registration,
        Authentication principal,
        @Nullable RequestAttributes incoming) {

    static ClientCall of(String registration, Authentication principal) {
        return new ClientCall(registration, principal, RequestContextHolder.getRequestAttributes());
    }

    /** The registration and the principal, which identify the authorized client. */
    String clientKey() {
        return registration + ' ' + principal.getName();
    }

    /** Performs work on another thread in the context of the call, because repositories look for the incoming request. */
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
