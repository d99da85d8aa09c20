package io.scopeguard.demo.page;

import io.scopeguard.demo.shop.ShopController;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Puts the filter of the operator's panel and the shop before everything else. */
@Configuration(proxyBeanMethods = false)
class PageConfiguration {

    @Bean
    FilterRegistrationBean<LocalRequestsFilter> localRequests() {
        FilterRegistrationBean<LocalRequestsFilter> registration =
                new FilterRegistrationBean<>(new LocalRequestsFilter());
        registration.addUrlPatterns(OperatorController.PATH + "/*", ShopController.PATH + "/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
