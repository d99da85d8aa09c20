package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.web.servlet.DispatcherServlet;

/** The reflection, proxies and resources that native images need for the guard. */
final class ScopeGuardRuntimeHints implements RuntimeHintsRegistrar {

    /** Libraries that the guard looks for by the name of a class. */
    private static final List<String> OPTIONAL = List.of(
            "org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint",
            "org.springframework.web.socket.WebSocketHandler",
            "jakarta.websocket.server.ServerEndpoint");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        // Annotations that others are composed of become proxies when they are read.
        Stream.of(RequiresScopes.class, RequiresRole.class, PublicEndpoint.class)
                .forEach(hints.proxies()::registerJdkProxy);
        // Requests that start-up checks filter chains with.
        hints.proxies().registerJdkProxy(HttpServletRequest.class).registerJdkProxy(HttpServletMapping.class);
        OPTIONAL.forEach(name -> hints.reflection().registerTypeIfPresent(classLoader, name));
        hints.reflection().registerType(DispatcherServlet.class, MemberCategory.ACCESS_DECLARED_FIELDS);
        hints.resources()
                .registerPattern(UnknownProperties.METADATA)
                .registerPattern("io/scopeguard/provider/http/library.properties");
    }
}
