package io.scopeguard.spring.request;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/** A response that takes {@link ConstantHeaders} on the short way. */
final class ConstantHeadersResponse extends HttpServletResponseWrapper {

    private final ConstantHeaders headers;
    private final boolean isStateless;

    /** @param isStateless whether addresses never contain the id of a session */
    ConstantHeadersResponse(HttpServletResponse response, ConstantHeaders headers, boolean isStateless) {
        super(response);
        this.headers = headers;
        this.isStateless = isStateless;
    }

    @Override
    public String encodeURL(String url) {
        return isStateless ? url : super.encodeURL(url);
    }

    @Override
    public String encodeRedirectURL(String url) {
        return isStateless ? url : super.encodeRedirectURL(url);
    }

    @Override
    public void addHeader(String name, String value) {
        if (!isAdded(name, value)) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setHeader(String name, String value) {
        if (!isAdded(name, value)) {
            super.setHeader(name, value);
        }
    }

    @Override
    public boolean containsHeader(String name) {
        return (isCommitted() || !headers.isAbsent(name)) && super.containsHeader(name);
    }

    /** The question to the response also shows whether it still belongs to this request. */
    private boolean isAdded(String name, String value) {
        return !isCommitted() && headers.add(name, value);
    }
}
