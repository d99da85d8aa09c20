package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;

/**
 * Calls the handler of a request that was granted.
 *
 * @hidden
 */
@Internal
@FunctionalInterface
public interface GrantedInvocation {

    /**
     * Calls the handler, or something that stands for it.
     *
     * @param adapter the adapter that the application has for the handler
     */
    @Nullable
    ModelAndView invoke(
            HandlerAdapter adapter, HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception;
}
