package io.scopeguard.logtobox;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.interaction.Pages;
import io.scopeguard.logtobox.interaction.PasswordSignIn;
import io.scopeguard.logtobox.interaction.Sessions;
import io.scopeguard.logtobox.management.ManagementApi;
import io.scopeguard.logtobox.oidc.Issuer;
import io.scopeguard.logtobox.oidc.Jwts;
import io.scopeguard.logtobox.oidc.OidcConfiguration;
import io.scopeguard.logtobox.oidc.SigningKeys;
import io.scopeguard.logtobox.oidc.SubjectTokens;
import io.scopeguard.logtobox.webhook.Webhooks;
import io.scopeguard.logtobox.wire.ClockedDate;
import java.time.Clock;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The box's own application context: a web server and the classes named here, without auto-configuration from the class path. */
@ImportAutoConfiguration({
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    HttpEncodingAutoConfiguration.class,
    SecurityFilterAutoConfiguration.class
})
@Import(OidcConfiguration.class)
class BoxConfiguration {

    @Bean
    FilterRegistrationBean<ClockedDate> clockedDate(Clock clock) {
        FilterRegistrationBean<ClockedDate> filter = new FilterRegistrationBean<>(new ClockedDate(clock));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    Sessions sessions(Directory directory) {
        return new Sessions(directory);
    }

    @Bean
    Webhooks webhooks(Clock clock) {
        return new Webhooks(clock);
    }

    @Bean
    PasswordSignIn passwordSignIn(Directory directory, Sessions sessions, Webhooks webhooks) {
        return new PasswordSignIn(directory, sessions, webhooks);
    }

    @Bean
    RouterFunction<ServerResponse> managementApi(
            Directory directory,
            Jwts jwts,
            Issuer issuer,
            SigningKeys keys,
            SubjectTokens subjectTokens,
            Webhooks webhooks) {
        return new ManagementApi(directory, jwts, issuer, keys, subjectTokens, webhooks).routes();
    }

    @Bean
    RouterFunction<ServerResponse> pages(Directory directory) {
        return new Pages(directory).routes();
    }
}
