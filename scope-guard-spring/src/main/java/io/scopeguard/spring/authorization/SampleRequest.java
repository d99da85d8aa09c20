package io.scopeguard.spring.authorization;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.MappingMatch;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to a path, as far as matchers of filter chains look at requests.
 *
 * @param servletPath prefix of the servlet that serves it; empty if it serves all paths
 */
record SampleRequest(String method, String contextPath, String servletPath, String path) {

    HttpServletRequest asRequest() {
        Map<String, Object> attributes = new HashMap<>();
        return proxy(HttpServletRequest.class, (called, arguments) -> answer(called, arguments, attributes));
    }

    private @Nullable Object answer(Method called, Object[] arguments, Map<String, Object> attributes) {
        return switch (called.getName()) {
            case "getMethod" -> method;
            case "getContextPath" -> contextPath;
            case "getServletPath" -> servletPath.isEmpty() ? path : servletPath;
            case "getPathInfo" -> servletPath.isEmpty() ? null : path;
            case "getRequestURI" -> contextPath + servletPath + path;
            case "getRequestURL" -> url();
            case "getScheme" -> "http";
            case "getServerName" -> "localhost";
            case "getDispatcherType" -> DispatcherType.REQUEST;
            case "getHttpServletMapping" -> proxy(HttpServletMapping.class, (ofMapping, none) -> mapping(ofMapping));
            case "getAttribute" -> attributes.get((String) arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            case "removeAttribute" -> attributes.remove((String) arguments[0]);
            default -> nothing(called.getReturnType());
        };
    }

    private @Nullable Object mapping(Method called) {
        return switch (called.getName()) {
            case "getMappingMatch" -> servletPath.isEmpty() ? MappingMatch.DEFAULT : MappingMatch.PATH;
            case "getPattern" -> servletPath.isEmpty() ? "/" : servletPath + "/*";
            default -> "";
        };
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return -1L;
        }
        return type == Enumeration.class ? Collections.emptyEnumeration() : null;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, called, arguments) -> answer.to(called, arguments == null ? new Object[0] : arguments)));
    }

    private interface Answer {

        @Nullable
        Object to(Method called, Object[] arguments);
    }

    @SuppressWarnings("JdkObsolete") // the servlet API returns this type
    private StringBuffer url() {
        return new StringBuffer("http://localhost" + contextPath + servletPath + path);
    }
}
