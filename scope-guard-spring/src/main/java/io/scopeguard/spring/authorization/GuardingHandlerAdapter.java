package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.support.HandlerFunctionAdapter;
import org.springframework.web.servlet.mvc.HttpRequestHandlerAdapter;
import org.springframework.web.servlet.mvc.SimpleControllerHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Handles every request first, so that no handler is called without a decision, whichever handler mapping found it and whether or
 * not that mapping applies interceptors. The handler's ordinary adapter then calls it. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class GuardingHandlerAdapter implements HandlerAdapter, PriorityOrdered {

    private static final List<Class<? extends HandlerAdapter>> DEFAULTS = List.of(
            HttpRequestHandlerAdapter.class,
            SimpleControllerHandlerAdapter.class,
            RequestMappingHandlerAdapter.class,
            HandlerFunctionAdapter.class);

    private final ScopeGuardInterceptor guard;
    private final GrantedInvocation invocation;
    private final Map<ApplicationContext, List<HandlerAdapter>> adapters = new ConcurrentHashMap<>();

    public GuardingHandlerAdapter(ScopeGuardInterceptor guard, GrantedInvocation invocation) {
        this.guard = guard;
        this.invocation = invocation;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public boolean supports(Object handler) {
        return true;
    }

    @Override
    public @Nullable ModelAndView handle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        if (!guard.hasAllowed(request, handler) && !guard.preHandle(request, response, handler)) {
            return null;
        }
        return invocation.invoke(adapter(request, handler), request, response, handler);
    }

    private HandlerAdapter adapter(HttpServletRequest request, Object handler) throws ServletException {
        ApplicationContext context =
                (ApplicationContext) request.getAttribute(DispatcherServlet.WEB_APPLICATION_CONTEXT_ATTRIBUTE);
        List<HandlerAdapter> known = adapters.get(context);
        for (HandlerAdapter adapter : known != null ? known : adapters.computeIfAbsent(context, this::others)) {
            if (adapter.supports(handler)) {
                return adapter;
            }
        }
        throw new ServletException("No adapter for handler [" + handler + "]: its DispatcherServlet must have a"
                + " HandlerAdapter that supports this handler.");
    }

    /** The adapters that the servlet would use, or its default ones if there are none. */
    private List<HandlerAdapter> others(ApplicationContext context) {
        List<HandlerAdapter> others = all(context).stream()
                .filter(adapter -> !(adapter instanceof GuardingHandlerAdapter))
                .toList();
        return others.isEmpty() ? defaults(context) : others;
    }

    private static List<HandlerAdapter> defaults(ApplicationContext context) {
        return DEFAULTS.stream()
                .<HandlerAdapter>map(
                        type -> context.getAutowireCapableBeanFactory().createBean(type))
                .toList();
    }

    /** The adapters that servlets of this context use, in their order. */
    static List<HandlerAdapter> all(ApplicationContext context) {
        return BeanFactoryUtils.beansOfTypeIncludingAncestors(context, HandlerAdapter.class, true, false)
                .values()
                .stream()
                .sorted(AnnotationAwareOrderComparator.INSTANCE)
                .toList();
    }
}
