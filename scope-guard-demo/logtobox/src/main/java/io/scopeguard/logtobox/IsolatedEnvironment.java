package io.scopeguard.logtobox;

import org.springframework.boot.web.context.servlet.ApplicationServletEnvironment;
import org.springframework.core.env.MutablePropertySources;

/** Sees neither system properties nor environment variables, so that nothing meant for another application gets in. */
final class IsolatedEnvironment extends ApplicationServletEnvironment {

    @Override
    protected void customizePropertySources(MutablePropertySources propertySources) {
        // Nothing from outside.
    }
}
