package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.error.ErrorPageRegistrar;
import org.springframework.util.function.SingletonSupplier;

/**
 * The application's error pages, which are part of the requests that failed. In a container that does not belong to the application,
 * Spring Boot forwards to them: that is no error dispatch for the container. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ErrorPages {

    private final Supplier<Set<String>> paths;

    /** @param registrars called when the first request fails */
    public ErrorPages(Iterable<ErrorPageRegistrar> registrars) {
        this.paths = SingletonSupplier.of(() -> paths(registrars));
    }

    private static Set<String> paths(Iterable<ErrorPageRegistrar> registrars) {
        Set<String> paths = new HashSet<>();
        registrars.forEach(registrar -> registrar.registerErrorPages(
                pages -> Arrays.stream(pages).map(ErrorPage::getPath).forEach(paths::add)));
        return paths;
    }

    /** Whether the present dispatch of a request leads to the error page, not whether that page itself passes the request on. */
    boolean isFor(HttpServletRequest request) {
        return switch (request.getDispatcherType()) {
            case ERROR -> true;
            case FORWARD ->
                request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null
                        && paths.get().contains(pathInApplication(request));
            default -> false;
        };
    }

    private static String pathInApplication(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
