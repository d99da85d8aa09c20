package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.InvalidSettingException;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;
import org.springframework.web.servlet.handler.MappedInterceptor;

/**
 * Registers the rules of all handlers at start-up, and stops start-up if the guard does not reach one of them. Covers the
 * application's own context, and each context below it when that is refreshed, such as the one of a management port or of a second
 * {@link DispatcherServlet}.
 *
 * @hidden
 */
@Internal
public final class GuardInstallation
        implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent>, Ordered {

    private static final Logger log = LoggerFactory.getLogger(GuardInstallation.class);

    private final ApplicationContext context;
    private final HandlerRules rules;
    private final OrganizationResolver organizations;
    private final UnannotatedPolicy policy;
    private final HandlerCatalog catalog;

    public GuardInstallation(
            ApplicationContext context,
            HandlerRules rules,
            OrganizationResolver organizations,
            UnannotatedPolicy policy,
            HandlerCatalog catalog) {
        this.context = context;
        this.rules = rules;
        this.organizations = organizations;
        this.policy = policy;
        this.catalog = catalog;
    }

    /** Before the listener that compares annotations with the handlers found here. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void afterSingletonsInstantiated() {
        new ChainCheck(context).report(check(context));
        context.getBeansOfType(ServletRegistrationBean.class)
                .forEach((name, registration) -> checkParent(name, registration.getServlet()));
        // Spring Boot registers servlets that are beans.
        context.getBeansOfType(DispatcherServlet.class).forEach(this::checkParent);
    }

    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        ApplicationContext refreshed = event.getApplicationContext();
        if (refreshed.equals(context)) {
            checkStartedServlets();
        } else if (isBelow(context, refreshed)) {
            refreshed
                    .getBeansOfType(StandardServletMultipartResolver.class)
                    .values()
                    .forEach(resolver -> resolver.setResolveLazily(true));
            new ChainCheck(refreshed).report(check(refreshed));
        }
    }

    /** Whether the other context is this one, or descends from it. */
    static boolean isBelow(ApplicationContext context, ApplicationContext other) {
        for (ApplicationContext parent = other; parent != null; parent = parent.getParent()) {
            if (parent.equals(context)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the application's own handlers that are not open to everybody. */
    private List<MappedHandler> check(ApplicationContext refreshed) {
        HandlerInventory inventory = new HandlerInventory(refreshed, policy);
        checkReach(refreshed, inventory.mappings());
        List<String> unannotated = new ArrayList<>();
        List<MappedHandler> guarded = new ArrayList<>();
        for (MappedHandler handler : inventory.handlers()) {
            HandlerRule rule = rules.add(handler);
            catalog.add(handler, rule, organizations.pattern());
            if (rule instanceof HandlerRule.Unannotated && !handler.isFrameworks()) {
                unannotated.add(handler.name());
            }
            if (!(rule instanceof HandlerRule.Open) && !handler.isFrameworks()) {
                new HandlerCheck(handler, rule, organizations).run();
                guarded.add(handler);
            }
        }
        if (!unannotated.isEmpty()) {
            log.info("Handlers that declare no scopes: {}", String.join(", ", unannotated));
        }
        return guarded;
    }

    // Whether the guard is asked

    private void checkReach(ApplicationContext refreshed, Map<String, HandlerMapping> mappings) {
        List<HandlerAdapter> adapters = GuardingHandlerAdapter.all(refreshed);
        if (!adapters.isEmpty() && !(adapters.get(0) instanceof GuardingHandlerAdapter)) {
            throw new InvalidSettingException(
                    adapters.get(0).getClass().getName(),
                    "is a HandlerAdapter that takes handlers before the guard has decided about them",
                    "Give it a lower precedence than PriorityOrdered with Ordered.HIGHEST_PRECEDENCE.");
        }
        if (!servlets(refreshed).allMatch(GuardInstallation::asksAllAdapters)) {
            mappings.forEach(GuardInstallation::checkInterceptors);
        }
    }

    /** The servlets that use the handler mappings of a context: its own, and those of contexts below it. */
    private static Stream<DispatcherServlet> servlets(ApplicationContext refreshed) {
        Stream<DispatcherServlet> beans =
                BeanFactoryUtils.beansOfTypeIncludingAncestors(refreshed, DispatcherServlet.class).values().stream();
        Stream<DispatcherServlet> registered =
                BeanFactoryUtils.beansOfTypeIncludingAncestors(refreshed, ServletRegistrationBean.class)
                        .values()
                        .stream()
                        .map(registration -> registration.getServlet())
                        .filter(DispatcherServlet.class::isInstance)
                        .map(DispatcherServlet.class::cast);
        return Stream.concat(beans, registered).filter(servlet -> usesMappingsOf(refreshed, servlet));
    }

    /** A servlet that creates its own context has none before the container starts it. */
    private static boolean usesMappingsOf(ApplicationContext refreshed, DispatcherServlet servlet) {
        WebApplicationContext own = servlet.getWebApplicationContext();
        return own == null || isBelow(refreshed, own);
    }

    /** The servlet does not reveal its setting otherwise. */
    private static boolean asksAllAdapters(DispatcherServlet servlet) {
        try {
            return Boolean.TRUE.equals(new DirectFieldAccessor(servlet).getPropertyValue("detectAllHandlerAdapters"));
        } catch (BeansException unknown) {
            return false;
        }
    }

    /** A servlet with a configured adapter leaves the guard to the interceptors of its mappings. */
    private static void checkInterceptors(String name, HandlerMapping mapping) {
        boolean reached =
                isComposite(mapping) || HandlerInventory.expand(mapping).allMatch(GuardInstallation::hasGuard);
        if (!reached) {
            throw new InvalidSettingException(
                    "The HandlerMapping '" + name + "' (" + mapping.getClass().getName() + ")",
                    "serves handlers that the guard does not see",
                    "Let its DispatcherServlet detect all handler adapters, or extend AbstractHandlerMapping and keep its"
                            + " interceptors.");
        }
    }

    /** Boot's mapping for a management port asks the other mappings of its context. */
    private static boolean isComposite(HandlerMapping mapping) {
        return mapping.getClass()
                .getName()
                .startsWith("org.springframework.boot.webmvc.autoconfigure.actuate.web.Composite");
    }

    private static boolean hasGuard(HandlerMapping mapping) {
        return mapping instanceof AbstractHandlerMapping abstractMapping
                && abstractMapping.getAdaptedInterceptors() != null
                && Arrays.stream(abstractMapping.getAdaptedInterceptors())
                        .anyMatch(interceptor -> interceptor instanceof MappedInterceptor mapped
                                && mapped.getInterceptor() instanceof ScopeGuardInterceptor);
    }

    /** A servlet whose context does not descend from ours cannot be guarded. */
    private void checkParent(String name, @Nullable Servlet registered) {
        if (!(registered instanceof DispatcherServlet servlet)) {
            return;
        }
        WebApplicationContext own = servlet.getWebApplicationContext();
        if (own != null && !isBelow(context, own) && own.getParent() != null) {
            throw outOfReach(name);
        }
        if (own instanceof ConfigurableApplicationContext started && started.isActive() && !isBelow(context, own)) {
            throw outOfReach(name);
        }
    }

    /** Servlets that are registered without a bean reveal their contexts when the container starts them. */
    private void checkStartedServlets() {
        ServletContext container = context instanceof WebApplicationContext web ? web.getServletContext() : null;
        if (container == null) {
            return;
        }
        container.getServletRegistrations().keySet().forEach(name -> {
            ApplicationContext own = TargetServlet.contextOf(container, name);
            if (own != null && !isBelow(context, own)) {
                throw outOfReach(name);
            }
        });
    }

    private static InvalidSettingException outOfReach(String name) {
        return new InvalidSettingException(
                "The DispatcherServlet of '" + name + "'",
                "has an application context of its own, in which there is no guard",
                "Make the application's context the parent of that context.");
    }
}
