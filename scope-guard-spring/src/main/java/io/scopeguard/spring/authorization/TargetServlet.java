package io.scopeguard.spring.authorization;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * The servlet that the present dispatch of a request leads to.
 *
 * @param name empty in MockMvc, which has no container
 * @param dispatchesToHandlers whether it is a {@link DispatcherServlet}, which asks the guard itself
 */
record TargetServlet(String name, boolean dispatchesToHandlers) {

    private static final String VIEWS = "/WEB-INF/";

    static TargetServlet of(HttpServletRequest request) {
        Object included = request.getAttribute(RequestDispatcher.INCLUDE_MAPPING);
        HttpServletMapping mapping =
                included instanceof HttpServletMapping target ? target : request.getHttpServletMapping();
        String name = mapping.getServletName();
        return new TargetServlet(name, name.isEmpty() || isDispatcher(request, name));
    }

    /** Whether a handler passes the request on to a template, which is part of its answer and cannot be requested directly. */
    static boolean isView(HttpServletRequest request) {
        return request.getDispatcherType() != DispatcherType.REQUEST
                && path(request).startsWith(request.getContextPath() + VIEWS);
    }

    /** Where the present dispatch leads. */
    static String path(HttpServletRequest request) {
        Object included = request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI);
        return included == null ? request.getRequestURI() : included.toString();
    }

    private static boolean isDispatcher(HttpServletRequest request, String name) {
        ServletRegistration registration = request.getServletContext().getServletRegistration(name);
        String type = registration == null ? null : registration.getClassName();
        try {
            return type != null
                    && DispatcherServlet.class.isAssignableFrom(
                            ClassUtils.forName(type, request.getServletContext().getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
