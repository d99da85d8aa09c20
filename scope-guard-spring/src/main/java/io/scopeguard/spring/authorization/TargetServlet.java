package io.scopeguard.spring.authorization;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.support.WebApplicationContextUtils;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.FrameworkServlet;

/**
 * The servlet that the present dispatch of a request leads to.
 *
 * @param name empty in MockMvc, which has no container
 * @param dispatchesToHandlers whether it is a {@link DispatcherServlet} that asks the guard itself: its context is below the
 *     application's
 */
record TargetServlet(String name, boolean dispatchesToHandlers) {

    private static final String VIEWS = "/WEB-INF/";

    static TargetServlet of(HttpServletRequest request) {
        Object included = included(request, RequestDispatcher.INCLUDE_MAPPING);
        HttpServletMapping mapping =
                included instanceof HttpServletMapping target ? target : request.getHttpServletMapping();
        String name = mapping.getServletName();
        return new TargetServlet(name, name.isEmpty() || asksGuard(request.getServletContext(), name));
    }

    /**
     * Whether a handler passes the request on to a template, which is part of its answer and cannot be requested directly. The path
     * is the one that the container uses: decoded, and without parameters and {@code ..}.
     */
    static boolean isView(HttpServletRequest request) {
        return request.getDispatcherType() != DispatcherType.REQUEST
                && mappedPath(request).startsWith(VIEWS);
    }

    private static String mappedPath(HttpServletRequest request) {
        Object included = included(request, RequestDispatcher.INCLUDE_SERVLET_PATH);
        return included == null
                ? request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "")
                : included + Objects.toString(included(request, RequestDispatcher.INCLUDE_PATH_INFO), "");
    }

    /** Where the present dispatch leads. */
    static String path(HttpServletRequest request) {
        Object included = included(request, RequestDispatcher.INCLUDE_REQUEST_URI);
        return included == null ? request.getRequestURI() : included.toString();
    }

    /** A forward within an include still has the attributes of the include, which leads elsewhere. */
    private static @Nullable Object included(HttpServletRequest request, String attribute) {
        return request.getDispatcherType() == DispatcherType.INCLUDE ? request.getAttribute(attribute) : null;
    }

    private static boolean asksGuard(ServletContext container, String name) {
        ApplicationContext root = WebApplicationContextUtils.getWebApplicationContext(container);
        ApplicationContext own = contextOf(container, name);
        return root != null && own != null && GuardInstallation.isBelow(root, own);
    }

    /** The context of a {@link DispatcherServlet} that the container has started, or {@code null} for other servlets. */
    static @Nullable ApplicationContext contextOf(ServletContext container, String name) {
        return isDispatcher(container, name)
                ? (ApplicationContext) container.getAttribute(FrameworkServlet.SERVLET_CONTEXT_PREFIX + name)
                : null;
    }

    private static boolean isDispatcher(ServletContext container, String name) {
        ServletRegistration registration = container.getServletRegistration(name);
        String type = registration == null ? null : registration.getClassName();
        try {
            return type != null
                    && DispatcherServlet.class.isAssignableFrom(ClassUtils.forName(type, container.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
