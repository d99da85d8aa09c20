package io.scopeguard.logtobox;

import org.springframework.boot.web.context.servlet.ApplicationServletEnvironment;
import org.springframework.core.env.MutablePropertySources;

/** An environment without system properties and environment variables, so that settings of another application have no effect. */
final class IsolatedEnvironment extends ApplicationServletEnvironment {

    @Override
    protected void customizePropertySources(MutablePropertySources propertySources) {
        // No sources from outside.
    }
}
