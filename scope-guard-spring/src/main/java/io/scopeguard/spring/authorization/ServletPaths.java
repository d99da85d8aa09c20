package io.scopeguard.spring.authorization;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletRegistration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.web.context.ConfigurableWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/** The paths below which {@link DispatcherServlet}s serve the handlers of an application context. */
final class ServletPaths {

    private static final String ALL_BELOW = "/*";

    private final ApplicationContext context;

    ServletPaths(ApplicationContext context) {
        this.context = context;
    }

    /** Prefixes of paths: an empty one for a servlet that serves all paths, and if no servlet is known. */
    Set<String> prefixes() {
        Set<String> prefixes = new LinkedHashSet<>();
        BeanFactoryUtils.beansOfTypeIncludingAncestors(context, ServletRegistrationBean.class).values().stream()
                .filter(this::servesContext)
                .forEach(registration -> add(registration.getUrlMappings(), prefixes));
        if (prefixes.isEmpty()) {
            add(mappingsOfStartingServlet(), prefixes);
        }
        return prefixes.isEmpty() ? Set.of("") : prefixes;
    }

    private boolean servesContext(ServletRegistrationBean<?> registration) {
        return registration.getServlet() instanceof DispatcherServlet servlet
                && context.equals(servlet.getWebApplicationContext());
    }

    /** The servlet that refreshes its own context when the container starts it. */
    private Collection<String> mappingsOfStartingServlet() {
        ServletConfig config = config();
        if (config == null) {
            return List.of();
        }
        ServletRegistration registration = config.getServletContext().getServletRegistration(config.getServletName());
        return registration == null ? List.of() : registration.getMappings();
    }

    private @Nullable ServletConfig config() {
        try {
            return context instanceof ConfigurableWebApplicationContext web ? web.getServletConfig() : null;
        } catch (UnsupportedOperationException e) {
            // A context that no servlet refreshes, such as that of a slice test.
            return null;
        }
    }

    private static void add(Collection<?> mappings, Set<String> prefixes) {
        for (Object mapping : mappings) {
            String path = mapping.toString();
            prefixes.add(path.endsWith(ALL_BELOW) ? path.substring(0, path.length() - ALL_BELOW.length()) : "");
        }
    }
}
