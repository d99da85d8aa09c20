package io.scopeguard.spring.authorization;

import io.scopeguard.spring.authorization.MappedHandler.Content;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractHandlerMethodMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.resource.DefaultServletHttpRequestHandler;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/** Lists the handlers of an application context, as far as its handler mappings reveal them. */
final class HandlerInventory {

    private static final String WELCOME_PAGE = "org.springframework.boot.webmvc.autoconfigure.WelcomePage";
    private static final boolean ACTUATOR = ClassUtils.isPresent(
            "org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint",
            HandlerInventory.class.getClassLoader());

    private final ApplicationContext context;
    private final UnannotatedPolicy policy;

    HandlerInventory(ApplicationContext context, UnannotatedPolicy policy) {
        this.context = context;
        this.policy = policy;
    }

    List<MappedHandler> handlers() {
        return mappings().values().stream()
                .flatMap(HandlerInventory::expand)
                .flatMap(mapping -> handlers(mapping).stream())
                .toList();
    }

    /** The context's own handler mappings by bean name. */
    Map<String, HandlerMapping> mappings() {
        return new LinkedHashMap<>(context.getBeansOfType(HandlerMapping.class));
    }

    /** A mapping, or those that it passes requests on to: those of Spring Data REST are not separate beans. */
    static Stream<HandlerMapping> expand(HandlerMapping mapping) {
        if (!(mapping instanceof Iterable<?> delegates)) {
            return Stream.of(mapping);
        }
        List<HandlerMapping> expanded = new ArrayList<>();
        delegates.forEach(delegate -> {
            if (delegate instanceof HandlerMapping inner) {
                expand(inner).forEach(expanded::add);
            }
        });
        return expanded.stream();
    }

    private List<MappedHandler> handlers(HandlerMapping mapping) {
        if (mapping instanceof AbstractHandlerMethodMapping<?> methods) {
            return ofMethods(methods);
        }
        if (mapping instanceof AbstractUrlHandlerMapping urls) {
            return ofUrls(urls);
        }
        return mapping instanceof RouterFunctionMapping routes ? ofRoutes(routes) : List.of();
    }

    private List<MappedHandler> ofMethods(AbstractHandlerMethodMapping<?> mapping) {
        List<MappedHandler> handlers = new ArrayList<>();
        mapping.getHandlerMethods().forEach((key, method) -> {
            RequestMappingInfo info = key instanceof RequestMappingInfo requests ? requests : null;
            handlers.add(ofMethod(mapping, info, resolved(method)));
        });
        return handlers;
    }

    /** With the bean where its class says too little: one behind a JDK proxy. */
    private static HandlerMethod resolved(HandlerMethod method) {
        return Proxy.isProxyClass(method.getBeanType()) ? method.createWithResolvedBean() : method;
    }

    private MappedHandler ofMethod(HandlerMapping mapping, @Nullable RequestMappingInfo info, HandlerMethod method) {
        HandlerSubject subject = HandlerSubject.of(method);
        Set<String> patterns = info == null ? Set.of() : info.getPatternValues();
        Set<String> methods = info == null
                ? Set.of()
                : info.getMethodsCondition().getMethods().stream()
                        .map(Enum::name)
                        .collect(Collectors.toSet());
        Content content = ACTUATOR
                ? ActuatorEndpoints.content(mapping, patterns, policy, context.getEnvironment())
                : Content.OPERATION;
        return new MappedHandler(method, subject.type(), subject.method(), patterns, methods, content);
    }

    private List<MappedHandler> ofUrls(AbstractUrlHandlerMapping mapping) {
        Map<String, Object> byPath = new LinkedHashMap<>(mapping.getHandlerMap());
        put(byPath, "/", mapping.getRootHandler());
        put(byPath, "/**", mapping.getDefaultHandler());
        boolean welcome = mapping.getClass().getName().startsWith(WELCOME_PAGE);
        List<MappedHandler> handlers = new ArrayList<>();
        byPath.forEach((path, handler) -> handlers.add(ofObject(Set.of(path), handler, welcome)));
        return handlers;
    }

    private static void put(Map<String, Object> byPath, String path, @Nullable Object handler) {
        if (handler != null) {
            byPath.putIfAbsent(path, handler);
        }
    }

    private MappedHandler ofObject(Set<String> patterns, Object handler, boolean isStatic) {
        Object bean = handler instanceof String name ? context.getBean(name) : handler;
        HandlerSubject subject = HandlerSubject.of(bean);
        Content content = isStatic || isStatic(bean) ? Content.STATIC : Content.OPERATION;
        return new MappedHandler(bean, subject.type(), subject.method(), patterns, Set.of(), content);
    }

    static boolean isStatic(Object handler) {
        return handler instanceof ResourceHttpRequestHandler || handler instanceof DefaultServletHttpRequestHandler;
    }

    private List<MappedHandler> ofRoutes(RouterFunctionMapping mapping) {
        if (mapping.getRouterFunction() == null) {
            return List.of();
        }
        List<MappedHandler> handlers = new ArrayList<>();
        mapping.getRouterFunction()
                .accept(new RouteVisitor((patterns, function) -> handlers.add(ofObject(patterns, function, false))));
        return handlers;
    }
}
